import numpy as np
import pytest

from toolkit.layers import NgramLogits
from toolkit.tasks.classification.spelling import spelling_of
from toolkit.text.tokenizer import Tokenizer

TEXTS = ["A good film, isn't it? GOODNESS gracious, 1234 goods.", "the bad the good 🎉 and naïve films", "good good film films badly"] * 3


def words(pieces, *token_lists):
    """Which words each text has, as numbers."""
    layer = NgramLogits(len(pieces), 2, 1, 1048573)
    layer.build((None, None))
    layer.spelling.assign(spelling_of(pieces))
    return [[int(bucket) for bucket in np.asarray(layer.buckets_of(np.array([ids], np.int32)))[0] if bucket >= 0] for ids in token_lists]


PIECES = ["<pad>", "<unk>", "▁good", "▁GO", "OD", "▁", "go", "od", "!", "<0xF0>", "<0x9F>", "映", "画", "▁s", "'"]
(_, _, GOOD, GO, OD, SPACE, GO_ON, OD_ON, MARK, BYTE, BYTE_TOO, FILM, PICTURE, S, APOSTROPHE) = range(len(PIECES))


@pytest.mark.parametrize("cut", [[GO, OD], [SPACE, GO_ON, OD_ON], [GO_ON, OD_ON], [GO, OD_ON]])
def test_a_word_is_its_letters_in_any_case(cut):
    whole, parts = words(PIECES, [GOOD], cut)
    assert whole == parts
    assert len(whole) == 1


@pytest.mark.parametrize(
    ("tokens", "number"),
    [
        ([GOOD, MARK], 2),
        ([MARK, MARK], 2),
        ([S, APOSTROPHE, OD_ON], 3),
        ([BYTE, BYTE_TOO], 1),
        ([BYTE, OD_ON], 2),
        ([FILM, PICTURE], 2),
        ([S, S], 2),
    ],
)
def test_where_words_end(tokens, number):
    [found] = words(PIECES, tokens)
    assert len(found) == number


def test_where_each_piece_is_a_letter_each_is_a_word():
    [found] = words(["<pad>", "<unk>", "▁", "▁a", "b", "c"], [3, 4, 5])
    assert len(found) == 3


@pytest.mark.parametrize("model_type", ["bpe", "unigram"])
def test_real_tokenizers_have_the_same_words(model_type):
    tokenizer = Tokenizer.train(TEXTS, 300, model_type=model_type)
    pieces = tokenizer.pieces(range(tokenizer.vocabulary_size))
    small, large = words(pieces, *tokenizer.encode(["the good films", "THE GOOD FILMS"]))
    assert small == large
    assert len(small) == 3
