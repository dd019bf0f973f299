import keras
import numpy as np
import pytest

from toolkit.arguments import InvalidArgument
from toolkit.layers import NgramLogits
from toolkit.layers.ngram_logits import FACTOR, LONGEST, PRIMES

VOCABULARY, LABELS, BUCKETS = 12, 3, 31
TOKENS = np.array([[5, 6, 5, 6, 0, 0], [1, 0, 0, 0, 0, 0], [0] * 6, [3, 4, 5, 6, 7, 8]], np.int32)
SPELLED = {5: "good", 6: "film", 7: "go", 8: "od", 9: "s", 10: "!"}
GOOD, FILM, GO, OD, S, MARK = SPELLED
BASES = (101, 103)


def hashes(letters):
    numbers = [0, 0]
    for letter in letters:
        numbers = [(base * number + ord(letter)) % prime for base, number, prime in zip(BASES, numbers, PRIMES, strict=True)]
    return numbers


def made(order, seed=0):
    layer = NgramLogits(VOCABULARY, LABELS, order, BUCKETS)
    layer.build((None, None))
    generator = np.random.default_rng(seed)
    for weight in [*layer.tables, *layer.squares, layer.bias]:
        weight.assign(generator.random(weight.shape))
    return layer


def of_letters(order):
    """A layer in which "go" begins a word, and "od" and "s" go on with one."""
    layer = made(order)
    spelling = np.array(layer.spelling)
    for token, letters in SPELLED.items():
        powers = [pow(base, len(letters), prime) for base, prime in zip(BASES, PRIMES, strict=True)]
        spelling[token] = [*hashes(letters), *powers, token in (OD, S), token != MARK]
    layer.spelling.assign(spelling)
    return layer


def bucket(words):
    number = len(words)
    for word in words:
        for half in word:
            number = (FACTOR * number + half) % BUCKETS
    return number


def expected(layer, tokens, words):
    """The formula, for one text."""
    tables, squares = ([np.array(each) for each in both] for both in (layer.tables, layer.squares))
    rows = {(0, token) for token in tokens if token}
    for n in range(1, layer.order + 1):
        rows |= {(1, bucket(words[start : start + n])) for start in range(len(words) - n + 1)}
    total = sum((tables[which][row] for which, row in rows), np.zeros(LABELS))
    length = sum((squares[which][row] for which, row in rows), np.zeros(1))
    return total / np.sqrt(np.maximum(length, keras.config.epsilon())) + np.array(layer.bias)


@pytest.mark.parametrize("order", [1, 2, 3])
def test_each_different_ngram_counts_once(order):
    layer = made(order)
    rows = [expected(layer, row, [(token, token) for token in row if token]) for row in TOKENS]
    np.testing.assert_allclose(layer(TOKENS), rows, rtol=1e-5)


@pytest.mark.parametrize("order", [1, 2, 3])
def test_tokens_that_go_on_make_one_word(order):
    layer = of_letters(order)
    tokens = [GO, OD, S, MARK, OD, S, GOOD, FILM, GO]
    words = [hashes(letters) for letters in ("goods", "!", "ods", "good", "film", "go")]
    np.testing.assert_allclose(layer(np.array([tokens]))[0], expected(layer, tokens, words), rtol=1e-5)


def test_a_word_is_the_same_however_it_is_cut():
    layer = of_letters(2)
    whole, cut = (np.asarray(layer.buckets_of(np.array([row], np.int32))).ravel() for row in ([FILM, GOOD, FILM], [FILM, GO, OD, FILM]))
    assert sorted(whole[whole >= 0]) == sorted(cut[cut >= 0])


def test_of_a_very_long_word_the_end_counts():
    layer = of_letters(2)
    rows = [[GO, *[OD] * (LONGEST + extra), FILM] for extra in (0, 3)]
    shorter, longer = (np.asarray(layer.buckets_of(np.array([row], np.int32))).ravel() for row in rows)
    assert shorter[len(rows[0]) - 2] == longer[len(rows[1]) - 2] == bucket([hashes("od" * LONGEST)])


def test_padding_changes_nothing():
    layer = of_letters(3)
    padded = np.pad(TOKENS, ((0, 0), (0, 5)))
    np.testing.assert_allclose(layer(padded), layer(TOKENS), rtol=1e-6)


def test_the_largest_numbers_stay_in_32_bits():
    assert (max(PRIMES) - 1) ** 2 + max(PRIMES) - 1 < 2**31
    assert FACTOR * (2**20 - 1) + max(PRIMES) - 1 < 2**31


@pytest.mark.parametrize(
    ("arguments", "name"),
    [((0, 2), "vocabulary_size"), ((5, 0), "labels"), ((5, 2, 0), "order"), ((5, 2, 1, 0), "buckets"), ((5, 2, 1, 2**20 + 1), "buckets")],
)
def test_arguments_are_checked(arguments, name):
    with pytest.raises(InvalidArgument, match=f"`{name}`"):
        NgramLogits(*arguments)
