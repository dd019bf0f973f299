"""Reading texts without labels, and what is made of them, on tiny arrays."""

import gzip
from types import SimpleNamespace

import keras
import numpy as np
import pytest
from scipy.sparse import csr_matrix

from toolkit.arguments import InvalidArgument
from toolkit.data.batching.token_lists import padded
from toolkit.data.labeled_texts.corpus import Corpus, Split
from toolkit.data.splits.report import Report
from toolkit.errors import UserError
from toolkit.layers import NgramLogits
from toolkit.tasks.classification.fusion import LabeledTokens
from toolkit.tasks.classification.ngrams import PlainTexts, fit_ngrams, logits_of
from toolkit.tasks.classification.self_training import start_from_vectors, sureness, temperate
from toolkit.tasks.classification.settings import LabeledTextSettings
from toolkit.tasks.classification.unlabelled import read_unlabelled
from toolkit.tasks.classification.word_vectors import context_vectors, topic_vectors

PIECES = ["<pad>", "<unk>", "▁good", "▁fine", "▁bad", "▁poor", "▁acting", "▁weather", "▁film", "▁dull"]
GOOD, FINE, BAD, POOR, ACTING, WEATHER, FILM, DULL = range(2, 10)


def corpus():
    splits = {name: Split([f"a {name} text"], np.zeros(1, np.int32), []) for name in ("train", "validation", "test")}
    return Corpus("reviews", splits, ["bad", "good"], Report("reviews", {}))


def read(files, rest=(), **settings):
    into = corpus()
    texts = read_unlabelled(LabeledTextSettings(unlabelled=files, training_examples=1, **settings), into, rest)
    return texts, into.report.splits["unlabelled"]


def test_tables_and_lines_are_read_and_what_is_known_is_left_out(tmp_path):
    (tmp_path / "a.csv").write_text('id,label,text\n1,,"one, and more"\n2,good,a test text\n3,bad,two\n')
    (tmp_path / "b.gz").write_bytes(gzip.compress(b"two\r\na train text\n\nthree\na validation text\n"))
    texts, report = read(f"{tmp_path / 'a.csv'}, {tmp_path / 'b.gz'}")
    assert texts == ["one, and more", "two", "three"]
    assert (report.read, report.kept) == (8, 3)
    assert report.dropped == {"also in test": 1, "repeated": 1, "also in train": 1, "blank": 1, "also in validation": 1}


def test_the_rest_are_the_training_texts_that_were_not_drawn():
    texts, report = read("rest", ["a train text", "another"])
    assert texts == ["another"]
    assert report.dropped == {"also in train": 1}


@pytest.mark.parametrize(
    ("files", "message"),
    [
        ("nowhere.txt", "nowhere.txt: no such file"),
        ("known.txt", "`unlabelled`: expected texts that are neither blank nor among the labeled ones, received known.txt, which has none"),
        ("known.txt,", '`unlabelled`: expected FILE,FILE or rest, received "known.txt,"'),
        ("numbers.csv", "numbers.csv:2: expected a column with the text"),
    ],
)
def test_mistakes_are_named(tmp_path, monkeypatch, files, message):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "known.txt").write_text("a train text\n \n")
    (tmp_path / "numbers.csv").write_text("height,width\n1,2\n3,4\n")
    with pytest.raises(UserError) as error:
        read(files)
    assert str(error.value).startswith(message)
    assert "\n" not in str(error.value)


def test_the_rest_needs_a_number_of_labels():
    with pytest.raises(InvalidArgument, match="files, or rest with `training_examples`"):
        LabeledTextSettings(unlabelled="rest")


def lists(*rows):
    return [np.array(ids, np.int32) for ids in rows]


PLAIN = lists(*[[ACTING, GOOD], [ACTING, FINE], [WEATHER, BAD], [WEATHER, POOR]] * 5)


def test_tokens_of_like_contexts_have_like_vectors():
    vectors = context_vectors(PLAIN, len(PIECES), 4)
    np.testing.assert_allclose(vectors[GOOD], vectors[FINE], atol=1e-6)
    assert abs(vectors[GOOD] @ vectors[BAD]) < 1e-6
    assert not vectors[DULL].any()  # does not occur
    np.testing.assert_allclose(np.linalg.norm(vectors[[GOOD, FINE, BAD, POOR]], axis=1), 1, atol=1e-6)


def test_a_token_that_stands_near_to_none_has_no_vector():
    assert not context_vectors(lists([2], [3]), 4, 2).any()


def test_what_stands_in_another_text_is_no_context():
    vectors = context_vectors(lists(*[[2, 4], [3, 5]] * 3), 7, 6)
    np.testing.assert_allclose(vectors[[2, 4]] @ vectors[[3, 5]].T, 0, atol=1e-6)


def test_tokens_of_like_texts_have_like_vectors():
    texts = csr_matrix(np.array([[1.0, 1, 0, 0], [1, 1, 0, 0], [0, 0, 1, 1]]))
    vectors = topic_vectors(texts, 6)
    assert vectors.shape == (4, 6)
    np.testing.assert_allclose(vectors[0], vectors[1], atol=1e-6)
    assert abs(vectors[0] @ vectors[2]) < 1e-6


def linear(plain):
    train = LabeledTokens(lists(*[[GOOD], [BAD]] * 10), np.arange(20) % 2, np.ones(20))
    layer = NgramLogits(len(PIECES), 2, 2, 101)
    layer.build((None, None))
    fit_ngrams(layer, PIECES, train, train, plain)
    return layer


@pytest.fixture(scope="module")
def informed():
    return linear(PlainTexts(PLAIN, context_vectors(PLAIN, len(PIECES), 4)))


def test_a_word_that_no_labeled_text_has_means_what_a_like_one_does(informed):
    asked = lists([FINE], [POOR])
    assert logits_of(informed, asked).argmax(axis=1).tolist() == [0, 1]
    assert logits_of(linear(None), asked).argmax(axis=1).tolist() != [0, 1]  # "poor" is spelled a little like "good"


def test_its_logits_are_those_of_the_layer(informed):
    asked = lists([FINE, ACTING, BAD], [POOR, POOR], [DULL])
    np.testing.assert_allclose(logits_of(informed, asked), informed(padded(asked)), rtol=1e-4, atol=1e-5)  # single precision


def test_what_is_unsure_counts_less():
    np.testing.assert_allclose(sureness(np.array([[0.5, 0.5], [1, 0], [0.2, 0.8]])), [0, 1, 0.6])
    np.testing.assert_allclose(sureness(np.array([[1 / 3] * 3, [0.6, 0.2, 0.2]])), [0, 0.4], atol=1e-12)


def test_guesses_are_as_sure_as_they_are_right():
    """Three of four held-out labels are right, so the probabilities have to be three quarters, whatever the logits say."""
    known = np.array([[5.0, -5]] * 40_000)
    held_out = LabeledTokens(lists([2]) * 40_000, np.array([0, 0, 0, 1] * 10_000), np.ones(40_000))
    [[high, low]] = temperate(np.array([[5.0, -5]]), known, held_out)
    assert high - low == pytest.approx(np.log(3), rel=1e-3)


def test_an_embedding_starts_from_vectors_in_its_own_scale():
    embedding = keras.layers.Embedding(50, 6)
    embedding.build((None,))
    before = np.array(embedding.embeddings)
    contexts = np.random.default_rng(0).normal(size=(50, 4))
    start_from_vectors(SimpleNamespace(embedding_layer=embedding), contexts)
    after = np.array(embedding.embeddings)
    np.testing.assert_allclose(after[:, :4] / contexts, before.std() / contexts.std(), rtol=1e-5)
    np.testing.assert_array_equal(after[:, 4:], before[:, 4:])
