import numpy as np
import pytest

from toolkit.text.tokenizer import Tokenizer
from toolkit.text.unknown_words import decode_with_copies, word_of_each_piece

PIECES = ["\u2581The", "\u2581ca", "t", "\u2581", "<unk>", "s", "."]


def test_the_word_of_each_piece():
    assert word_of_each_piece("The cat \u2603s.", PIECES) == ["The", "cat", "cat", *["\u2603s."] * 4]
    assert word_of_each_piece("", []) == []


def test_words_are_joined_from_pieces_where_white_space_was_changed():
    assert word_of_each_piece("The cat \u2603 s.", PIECES) == ["The", "cat", "cat", *["<unk>s."] * 4]


def test_a_tokenizer_of_characters_keeps_its_spaces():
    text = "ab c  d"
    pieces = Tokenizer.train([text], 300, model_type="char").encode([text])[0]
    assert len(pieces) == len(text)
    assert word_of_each_piece("ab c", list("ab c")) == ["ab", "ab", "c", "c"]


@pytest.fixture(scope="module")
def tokenizer():
    return Tokenizer.train(["one two three"], 20, byte_fallback=False)


def test_each_unknown_token_is_the_word_that_it_looked_at_most(tokenizer):
    known = tokenizer.encode(["one three"])[0].tolist()
    middle = len(tokenizer.encode(["one"])[0])
    ids = [tokenizer.unk_id, *known[:middle], tokenizer.unk_id, *known[middle:], tokenizer.unk_id]
    words = ["Ann", "Bob", "Bob"]
    looks = np.zeros((len(ids), 4), "float32")
    looks[:, 3] = 0.6  # the end of the source, which is no word
    looks[0, 0] = looks[middle + 1, 2] = looks[-1, 0] = 0.4
    assert decode_with_copies(tokenizer, ids, looks, words) == "Ann one Bob three Ann"


def test_nothing_unknown_changes_nothing(tokenizer):
    ids = tokenizer.encode(["one three"])[0].tolist()
    assert decode_with_copies(tokenizer, ids, np.ones((len(ids), 2)), ["Ann"]) == "one three"
