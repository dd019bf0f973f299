"""Tokenizers for language models: exact text, all characters, words with line feeds."""

import logging

import numpy as np
import pytest
import tensorflow as tf
from hypothesis import given, settings
from hypothesis import strategies as st
from text_samples import ODD_TEXTS, TEXTS

from toolkit.arguments import InvalidArgument
from toolkit.errors import UserError
from toolkit.text.exact_tokenizer import train_exact_tokenizer
from toolkit.text.graph_tokenizer import GraphTokenizer, compare_tokenizers
from toolkit.text.tokenizer import Tokenizer

PLAY = "  First Citizen:\n\n  Speak,\tspeak.  \u2581 the cat sat\r\n on the mat\n the cat\n"
SUBWORDS = {model_type: train_exact_tokenizer([PLAY * 20, *TEXTS], model_type, 1000) for model_type in ("bpe", "unigram")}
CHARACTERS = sorted(set(PLAY).union(*ODD_TEXTS) - {"\0"})
CHAR = train_exact_tokenizer([PLAY, *ODD_TEXTS])
WORD = train_exact_tokenizer(["the cat sat\non the mat <unk>\n", "the\tcat"], "word")
TOKENIZERS = {**SUBWORDS, "char": CHAR, "word": WORD}


@pytest.mark.parametrize("model_type", TOKENIZERS)
@settings(deadline=None)  # two cores may be shared
@given(text=st.text() | st.text(alphabet=" \n\t\rcat\u2581e\u0301\0"))
def test_split_says_which_part_of_the_very_text_each_id_stands_for(model_type, text):
    ids, parts = TOKENIZERS[model_type].split(text)
    assert ids.tolist() == TOKENIZERS[model_type].encode([text])[0].tolist()
    assert len(parts) == len(ids)
    assert "".join(parts) == (text if parts else "")


@pytest.mark.parametrize("model_type", SUBWORDS)
@settings(deadline=None)  # two cores may be shared
@given(text=st.text() | st.text(alphabet=" \n\t\r\u2581ae\u0301\0"))
def test_subwords_decode_to_the_very_text(model_type, text):
    tokenizer = SUBWORDS[model_type]
    [ids] = tokenizer.encode([text])
    assert tokenizer.decode(ids) == text
    assert all(index > 3 for index in ids)


@settings(deadline=None)  # two cores may be shared
@given(text=st.text(alphabet=CHARACTERS))
def test_char_decodes_to_the_very_text_with_an_id_for_each_character(text):
    [ids] = CHAR.encode([text])
    assert CHAR.decode(ids) == text
    assert len(ids) == len(text)


@pytest.mark.parametrize("text", [*ODD_TEXTS, PLAY * 3000])
@pytest.mark.parametrize("model_type", [*SUBWORDS, "char"])
def test_odd_and_long_texts_come_back(model_type, text):
    tokenizer = TOKENIZERS[model_type]
    known = text.replace("\0", "\u2047") if model_type == "char" else text
    assert tokenizer.decode(tokenizer.encode([text])[0]) == known


@pytest.mark.parametrize("model_type", TOKENIZERS)
def test_a_line_feed_is_a_token_of_its_own(model_type):
    tokenizer = TOKENIZERS[model_type]
    ids = tokenizer.encode(["\n", "the cat\n\nthe cat\n"])
    [line_feed] = ids[0]
    assert np.count_nonzero(ids[1] == line_feed) == 3
    assert sum("\n" in piece for piece in tokenizer.pieces(range(tokenizer.vocabulary_size))) == 1


@pytest.mark.parametrize("model_type", TOKENIZERS)
def test_a_text_may_be_encoded_in_parts_that_begin_before_white_space(model_type):
    tokenizer = TOKENIZERS[model_type]
    parts = ["on the", " cat", "\n", "\nthe mat", "  ", " sat\n"]
    np.testing.assert_array_equal(np.concatenate(tokenizer.encode(parts)), tokenizer.encode(["".join(parts)])[0])


@pytest.mark.parametrize("model_type", TOKENIZERS)
def test_special_ids_come_first_and_leave_no_trace(model_type):
    tokenizer = TOKENIZERS[model_type]
    assert (tokenizer.pad_id, tokenizer.unk_id, tokenizer.begin_id, tokenizer.end_id) == (0, 1, 2, 3)
    assert tokenizer.model_type == model_type
    assert tokenizer.decode([2, *tokenizer.encode(["the cat"])[0], 3, 0]) == "the cat"


@pytest.mark.parametrize("model_type", TOKENIZERS)
def test_files_and_graphs_give_the_same(model_type, tmp_path):
    tokenizer = TOKENIZERS[model_type]
    tokenizer.save(tmp_path / "tokenizer.model")
    loaded = Tokenizer.load(tmp_path / "tokenizer.model")
    assert loaded.fingerprint == tokenizer.fingerprint
    graph = GraphTokenizer(loaded)
    texts = [*ODD_TEXTS, PLAY, "the 日本 two unknown words\nthe cat", "日本"]
    assert compare_tokenizers(loaded, graph, texts).different == 0
    ids = loaded.encode(texts)
    assert [text.decode() for text in graph.decode(tf.ragged.constant(ids)).numpy()] == [loaded.decode(row) for row in ids]


def test_a_graph_that_was_traced_counts_unknown_ones_too():
    for tokenizer in (CHAR, WORD):
        graph = GraphTokenizer(tokenizer)
        texts = ["\U0001f600\U0001f600 \U0001f600", "", "the cat", "\U0001f600"]
        rows = tf.function(graph.__call__)(tf.constant(texts)).to_list()
        assert rows == [ids.tolist() for ids in tokenizer.encode(texts)]


def test_each_unknown_character_or_word_is_one_id():
    assert CHAR.encode(["a\U0001f600\U0001f600b"])[0].tolist() == [*CHAR.encode(["a"])[0], 1, 1, *CHAR.encode(["b"])[0]]
    assert (WORD.encode(["dogs ran  fast\nand the cat"])[0] == 1).tolist() == [True, True, True, False, True, False, False]
    assert WORD.decode(WORD.encode(["the dog sat"])[0]) == "the \u2047 sat"


def test_words_come_back_with_single_spaces_and_line_feeds():
    [ids] = WORD.encode(["  the  cat\tsat \n\n on\u00a0the mat <unk>\r\n"])
    assert WORD.decode(ids) == "the cat sat\n\non the mat <unk>\n"
    assert len(ids) == 10
    assert 1 not in ids


def test_all_characters_or_words_are_in_the_vocabulary_or_the_most_frequent():
    assert CHAR.vocabulary_size == 4 + len(CHARACTERS)
    assert WORD.vocabulary_size == 4 + len({"the", "cat", "sat", "\n", "on", "mat", "<unk>"})
    small = train_exact_tokenizer(["aaabbc"], "char", 6)
    assert small.pieces(range(4, 6)) == ["a", "b"]
    words = train_exact_tokenizer(["b a a c c", "c a b"], "word", 6)
    assert words.pieces(range(4, 6)) == ["\u2581a", "\u2581c"]


def test_many_characters_are_all_kept():
    text = "".join(map(chr, range(0x4E00, 0x4E00 + 6000)))
    tokenizer = train_exact_tokenizer([text + " "])
    assert tokenizer.decode(tokenizer.encode([text])[0]) == text


@pytest.mark.parametrize("model_type", ["bpe", "unigram"])
def test_a_text_in_one_line_and_in_many_gives_tokens_longer_than_a_character(model_type):
    for text in (" ".join(TEXTS).replace("\n", " ")[:200_000], "\n".join(TEXTS).replace(" ", "\n")[:200_000]):
        tokenizer = train_exact_tokenizer([text], model_type, 1000)
        assert len(tokenizer.encode([text])[0]) < len(text) / 1.5
        assert tokenizer.decode(tokenizer.encode([text])[0]) == text


@pytest.mark.parametrize("model_type", ["char", "word"])
def test_parts_of_the_texts_are_counted_together(model_type):
    parts = [" the cat", "\n\n the", " mat"]
    assert train_exact_tokenizer(iter(parts), model_type).fingerprint == train_exact_tokenizer(["".join(parts)], model_type).fingerprint


def test_trainers_learn_from_a_sample_of_very_long_texts(monkeypatch, caplog):
    monkeypatch.setattr("toolkit.text.text_sample.SAMPLE", 50_000)
    with caplog.at_level(logging.WARNING):
        first = train_exact_tokenizer(iter(TEXTS), "bpe", 600)
    [message] = caplog.messages
    assert message.startswith("the tokenizer learns from a sample of ")
    sampled = int(message.split()[7].replace(",", ""))
    assert 5_000 < sampled <= 50_000  # half of the parts, or a quarter, and so on until they are few enough
    assert train_exact_tokenizer(iter(TEXTS), "bpe", 600).fingerprint == first.fingerprint
    assert first.fingerprint != train_exact_tokenizer(TEXTS[:3], "bpe", 600).fingerprint


@pytest.mark.parametrize(
    ("texts", "model_type", "size", "message"),
    [
        (TEXTS, "wordpiece", None, "`tokenizer` must be one of char, bpe, unigram, word. Received: tokenizer='wordpiece'"),
        (TEXTS, "bpe", None, "`vocabulary_size` must be a number for bpe; char and word do without"),
        (TEXTS, "unigram", 260, "`vocabulary_size` must be above 260, .* Received: vocabulary_size=260"),
        (TEXTS, "char", 4, "`vocabulary_size` must be above 4, .* Received: vocabulary_size=4"),
        (
            TEXTS,
            "bpe",
            270,
            r"`vocabulary_size` must be at least \d+, which the characters of these texts need. Received: vocabulary_size=270",
        ),
        ([""], "char", None, "needs texts to train on"),
        ([" \t"], "word", None, "needs texts to train on"),
        ([], "bpe", 1000, "needs texts to train on"),
    ],
)
def test_what_cannot_be_trained(texts, model_type, size, message):
    with pytest.raises((UserError, InvalidArgument), match=message):
        train_exact_tokenizer(texts, model_type, size)
