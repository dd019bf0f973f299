import keras
import numpy as np
import pytest

from toolkit.arguments import InvalidArgument
from toolkit.layers import NgramLogits
from toolkit.layers.ngram_logits import FACTOR

VOCABULARY, LABELS, BUCKETS = 12, 3, 31
TOKENS = np.array([[5, 6, 5, 6, 0, 0], [1, 0, 0, 0, 0, 0], [0] * 6, [3, 4, 5, 6, 7, 8]], np.int32)


def made(order, seed=0):
    layer = NgramLogits(VOCABULARY, LABELS, order, BUCKETS)
    layer.build((None, None))
    generator = np.random.default_rng(seed)
    for weight in [*layer.tables, *layer.squares, layer.bias]:
        weight.assign(generator.random(weight.shape))
    return layer


def bucket(ngram):
    number = len(ngram)
    for token in ngram:
        number = (FACTOR * number + token) % BUCKETS
    return number


def expected(layer, tokens):
    """The formula, for one text."""
    tokens, alike = [token for token in tokens if token], np.array(layer.alike)
    tables, squares = ([np.array(each) for each in both] for both in (layer.tables, layer.squares))
    rows = {(0, token) for token in tokens}
    for n in range(2, layer.order + 1):
        rows |= {(1, bucket(alike[tokens[start : start + n]])) for start in range(len(tokens) - n + 1)}
    total = sum((tables[which][row] for which, row in rows), np.zeros(LABELS))
    length = sum((squares[which][row] for which, row in rows), np.zeros(1))
    return total / np.sqrt(np.maximum(length, keras.config.epsilon())) + np.array(layer.bias)


@pytest.mark.parametrize("order", [1, 2, 3])
def test_each_different_ngram_counts_once(order):
    layer = made(order)
    np.testing.assert_allclose(layer(TOKENS), [expected(layer, row) for row in TOKENS], rtol=1e-5)


def test_padding_changes_nothing():
    layer = made(3)
    padded = np.pad(TOKENS, ((0, 0), (0, 5)))
    np.testing.assert_allclose(layer(padded), layer(TOKENS), rtol=1e-6)


def test_longer_ngrams_are_those_of_tokens_that_are_alike():
    layer = made(2)
    layer.alike.assign([0, 1, 2, 3, 4, 5, 6, 5, 6, 9, 10, 11])  # 7 is like 5, and 8 like 6
    np.testing.assert_allclose(layer(TOKENS), [expected(layer, row) for row in TOKENS], rtol=1e-5)
    for table in (layer.tables[0], layer.squares[0]):
        values = np.array(table)
        values[7:9] = values[5:7]
        table.assign(values)
    np.testing.assert_allclose(layer(np.array([[5, 6]])), layer(np.array([[7, 8]])), rtol=1e-6)


@pytest.mark.parametrize(
    ("arguments", "name"),
    [((0, 2), "vocabulary_size"), ((5, 0), "labels"), ((5, 2, 0), "order"), ((5, 2, 1, 0), "buckets"), ((5, 2, 1, 2**18 + 1), "buckets")],
)
def test_arguments_are_checked(arguments, name):
    with pytest.raises(InvalidArgument, match=f"`{name}`"):
        NgramLogits(*arguments)
