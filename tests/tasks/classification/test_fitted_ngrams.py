import numpy as np
import pytest

from toolkit.data.batching.token_lists import padded
from toolkit.layers import NgramLogits
from toolkit.tasks.classification import ngrams
from toolkit.tasks.classification.fusion import LabeledTokens, nats
from toolkit.tasks.classification.ngrams import features_of, fit_ngrams

PIECES = ["<pad>", "<unk>", "▁good", "▁Good", "▁bad", "▁film", "▁not", "▁goodness", "▁rarely", "▁the"]
GOOD, GOOD_CAPITAL, BAD, FILM, NOT, GOODNESS, RARELY, THE = range(2, 10)


def texts(*rows):
    tokens, labels = zip(*rows, strict=True)
    return LabeledTokens([np.array(ids, np.int32) for ids in tokens], np.array(labels), np.ones(len(labels)))


def fitted(train, held_out, order=2, labels=2):
    layer = NgramLogits(len(PIECES), labels, order, 101)
    layer.build((None, None))
    fit_ngrams(layer, PIECES, train, held_out)
    return layer


ALL = texts(*[([GOOD, FILM], 1), ([BAD, FILM], 0), ([THE, GOOD], 1), ([THE, BAD, FILM], 0), ([FILM, GOOD], 1), ([BAD], 0)] * 3)
NEGATED = texts(*[([NOT, GOOD], 0), ([GOOD], 1), ([NOT, BAD], 1), ([BAD], 0), ([FILM, NOT, GOOD], 0), ([FILM, NOT, BAD], 1)] * 5)


def answers(layer, *token_lists):
    return np.asarray(layer(padded([np.array(ids) for ids in token_lists]))).argmax(axis=1).tolist()


def test_the_word_that_decides_is_found():
    layer = fitted(ALL, ALL)
    assert answers(layer, [THE, FILM, GOOD], [THE, FILM, BAD]) == [1, 0]


def test_a_pair_of_words_says_what_the_words_do_not():
    asked = [NOT, GOOD], [NOT, BAD], [GOOD], [BAD]
    assert answers(fitted(NEGATED, NEGATED), *asked) == [0, 1, 1, 0]
    assert answers(fitted(NEGATED, NEGATED, order=1), *asked) != [0, 1, 1, 0]


@pytest.mark.slow
def test_a_fit_that_ends_early_is_no_matter_for_the_user(monkeypatch):
    monkeypatch.setattr(ngrams, "MOST_ITERATIONS", 1)  # and a warning fails the test
    assert answers(fitted(ALL, ALL), [GOOD], [BAD]) == [1, 0]


@pytest.mark.slow
def test_what_is_spelled_alike_means_something_alike():
    layer = fitted(ALL, ALL)
    assert answers(layer, [GOOD_CAPITAL], [GOODNESS]) == [1, 1]  # neither occurs in training
    unknown = np.asarray(layer(np.array([[RARELY]])))[0]
    np.testing.assert_allclose(unknown, np.array(layer.bias), atol=1e-6)  # it has no letters that any of them has


@pytest.mark.slow
def test_the_layer_is_what_was_fitted():
    layer = fitted(NEGATED, NEGATED)
    found = features_of(NEGATED.tokens, layer)
    sums = sum(each @ np.array(table) for each, table in zip(found, layer.tables, strict=True))
    squares = sum(each @ np.array(square) for each, square in zip(found, layer.squares, strict=True))
    expected = sums / np.sqrt(squares) + np.array(layer.bias)
    np.testing.assert_allclose(layer(padded(NEGATED.tokens)), expected, rtol=1e-5, atol=1e-6)


@pytest.mark.slow
def test_held_out_texts_choose_the_regularization():
    noise = LabeledTokens(ALL.tokens, 1 - ALL.labels, ALL.weights)  # what is learned is wrong there: the less of it, the better
    logits = [np.asarray(fitted(ALL, held_out)(padded(ALL.tokens))) for held_out in (ALL, noise)]
    assert nats(logits[0], ALL) < nats(logits[1], ALL)


def test_a_label_without_texts_is_never_given():
    layer = fitted(ALL, ALL, labels=4)
    logits = np.asarray(layer(padded(ALL.tokens)))
    assert (logits[:, 2:].max(axis=1) < logits[:, :2].min(axis=1) - 10).all()


@pytest.mark.slow
@pytest.mark.parametrize("labels", [2, 3])
def test_weights_of_texts_count(labels):
    both = texts(*[([FILM], 0), ([FILM], 1)] * 10, *([([BAD], 2)] * 10 if labels == 3 else []))
    for heavy in (0, 1):
        weighted = both._replace(weights=np.where(both.labels == heavy, 5.0, 1.0))
        assert answers(fitted(weighted, weighted, labels=labels), [FILM]) == [heavy]


def test_from_one_label_nothing_is_learned():
    layer = fitted(texts(([GOOD], 1), ([BAD], 1)), ALL)
    assert not np.any(layer(padded(ALL.tokens)))
