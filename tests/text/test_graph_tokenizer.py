"""The tokenizer inside a graph: the same ids, any bytes, and a SavedModel that a fresh process loads."""

import json
import subprocess
import sys

import numpy as np
import pytest
import tensorflow as tf
from hypothesis import given, settings
from hypothesis import strategies as st
from text_samples import ODD_TEXTS, TEXTS, TOKENIZERS, foreign_model

from toolkit.text.graph_tokenizer import GraphTokenizer, TokenizerAgreement, compare_tokenizers
from toolkit.text.tokenizer import Tokenizer

GRAPH_TOKENIZERS = {model_type: GraphTokenizer(tokenizer) for model_type, tokenizer in TOKENIZERS.items()}

LOAD_AND_RUN = """
import json, sys
import tensorflow as tf, tensorflow_text
loaded = tf.saved_model.load(sys.argv[1])
print(json.dumps(loaded.signatures["serving_default"](texts=tf.constant(json.loads(sys.argv[2])))["ids"].numpy().tolist()))
"""


class Padded(tf.Module):
    """Strings to padded ids, as an exported model begins."""

    def __init__(self, tokenizer):
        super().__init__()
        self.tokenizer = GraphTokenizer(tokenizer)

    @tf.function(input_signature=[tf.TensorSpec([None], tf.string, name="texts")])
    def serve(self, texts):
        return {"ids": self.tokenizer(texts).to_tensor()}


@pytest.mark.parametrize("model_type", ["bpe", "char"])
@settings(deadline=None)  # two cores may be shared
@given(texts=st.lists(st.text(), min_size=1, max_size=10))
def test_bpe_and_char_give_identical_ids(model_type, texts):
    agreement = compare_tokenizers(TOKENIZERS[model_type], GRAPH_TOKENIZERS[model_type], texts)
    assert agreement == TokenizerAgreement(strings=len(texts), identical=len(texts), ties=0, different=0)


@pytest.mark.parametrize("model_type", TOKENIZERS)
def test_real_and_odd_texts_agree(model_type):
    texts = [*TEXTS, *ODD_TEXTS, "a\ud800b", "--------- ======== ---------"]
    agreement = compare_tokenizers(TOKENIZERS[model_type], GRAPH_TOKENIZERS[model_type], texts)
    assert agreement.strings == agreement.identical + agreement.ties == len(texts)
    assert agreement.different == 0
    if model_type != "unigram":
        assert agreement.ties == 0


def test_ids_are_ragged_int32():
    ids = GRAPH_TOKENIZERS["bpe"](tf.constant(["a good film", ""]))
    assert isinstance(ids, tf.RaggedTensor)
    assert ids.dtype == tf.int32
    assert ids.to_list() == [TOKENIZERS["bpe"].encode(["a good film"])[0].tolist(), []]


@pytest.mark.parametrize("model_type", TOKENIZERS)
@settings(deadline=None)  # two cores may be shared
@given(texts=st.lists(st.binary(), min_size=1, max_size=10))
def test_any_bytes_are_read_as_python_reads_them_with_replacement(model_type, texts):
    replaced = [text.decode("utf-8", "replace") for text in texts]
    assert GRAPH_TOKENIZERS[model_type](tf.constant(texts)).to_list() == GRAPH_TOKENIZERS[model_type](tf.constant(replaced)).to_list()


@pytest.mark.parametrize("model_type", TOKENIZERS)
@settings(deadline=None)  # two cores may be shared
@given(data=st.data())
def test_any_ids_are_decoded_as_the_tokenizer_does(model_type, data):
    """Bytes that are no UTF-8, unknown, begin, end and padding ids included."""
    tokenizer = TOKENIZERS[model_type]
    ids = st.integers(0, tokenizer.vocabulary_size - 1) | st.integers(0, 260)  # special ids and bytes stand first
    rows = data.draw(st.lists(st.lists(ids, max_size=12), min_size=1, max_size=8))
    ragged = tf.ragged.constant(rows, dtype=tf.int32, ragged_rank=1)
    expected = [tokenizer.decode(row).encode() for row in rows]
    for given_ids in (ragged, ragged.to_tensor()):
        assert GRAPH_TOKENIZERS[model_type].decode(given_ids).numpy().tolist() == expected


@pytest.mark.parametrize("model_type", TOKENIZERS)
def test_pieces_are_those_of_the_tokenizer_but_for_padding(model_type):
    tokenizer = TOKENIZERS[model_type]
    ids = list(range(1, tokenizer.vocabulary_size))
    pieces = GRAPH_TOKENIZERS[model_type].pieces(tf.constant([[0, *ids]])).numpy()[0]
    assert [piece.decode() for piece in pieces] == ["", *tokenizer.pieces(ids)]


def test_a_model_without_padding_agrees():
    tokenizer = Tokenizer(foreign_model(model_type="bpe"))
    assert compare_tokenizers(tokenizer, GraphTokenizer(tokenizer), TEXTS).identical == len(TEXTS)


def test_a_seed_set_later_changes_nothing():
    tokenizer = GraphTokenizer(TOKENIZERS["bpe"])
    before = tokenizer(tf.constant(["a film"])).to_list()
    tf.random.set_seed(7)
    assert tokenizer(tf.constant(["a film"])).to_list() == before


def test_no_texts():
    assert compare_tokenizers(TOKENIZERS["bpe"], GRAPH_TOKENIZERS["bpe"], []) == TokenizerAgreement(0, 0, 0, 0)


def test_other_ids_are_a_tie_in_unigram_if_they_score_the_same():
    texts = ["a good film"]

    def answer(ids):
        return lambda _: tf.ragged.constant([ids.tolist()], dtype=tf.int32)

    for model_type, ties in {"unigram": 1, "bpe": 0}.items():
        tokenizer = TOKENIZERS[model_type]
        [ids] = tokenizer.encode(texts)
        # The same pieces in another order have the same sum; one piece more has not.
        assert compare_tokenizers(tokenizer, answer(ids[::-1]), texts) == TokenizerAgreement(1, 0, ties, 1 - ties)
        assert compare_tokenizers(tokenizer, answer(np.append(ids, ids[:1])), texts) == TokenizerAgreement(1, 0, 0, 1)


class Two(tf.Module):
    """Two tokenizers in one model, as a translator has them."""

    def __init__(self):
        super().__init__()
        self.tokenizers = [GRAPH_TOKENIZERS["bpe"], GRAPH_TOKENIZERS["char"]]

    @tf.function(input_signature=[tf.TensorSpec([None], tf.string, name="texts")])
    def serve(self, texts):
        return {f"ids_{i}": tokenizer(texts).to_tensor() for i, tokenizer in enumerate(self.tokenizers)}


def test_two_tokenizers_of_a_saved_model_stay_two(tmp_path):
    module = Two()
    tf.saved_model.save(module, str(tmp_path), signatures={"serving_default": module.serve})
    answers = tf.saved_model.load(str(tmp_path)).signatures["serving_default"](texts=tf.constant(["a good film"]))
    assert [answers[f"ids_{i}"].numpy()[0].tolist() for i in range(2)] == [
        TOKENIZERS[model_type].encode(["a good film"])[0].tolist() for model_type in ("bpe", "char")
    ]


@pytest.mark.slow
def test_a_saved_model_gives_the_ids_in_a_fresh_process(tmp_path):
    module, texts = Padded(TOKENIZERS["bpe"]), ["a good film", "", "日本 👍\n"]
    tf.saved_model.save(module, str(tmp_path), signatures={"serving_default": module.serve})
    command = [sys.executable, "-c", LOAD_AND_RUN, str(tmp_path), json.dumps(texts)]
    answer = subprocess.run(command, capture_output=True, text=True, check=True, timeout=600)
    rows = TOKENIZERS["bpe"].encode(texts)
    width = max(map(len, rows))
    assert json.loads(answer.stdout) == [row.tolist() + [0] * (width - len(row)) for row in rows]
