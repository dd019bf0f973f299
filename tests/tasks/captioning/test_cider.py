"""CIDEr-D, on examples that are worked out by hand, and beside the formula of the paper written out over all n-grams."""

import itertools
import math

import numpy as np
import pytest

from toolkit.tasks.captioning.cider import CiderD

LENGTHS = 4  # of n-grams
FULL = 1000


def words(*captions):
    return [caption.split() for caption in captions]


def test_the_same_words_have_a_full_score_for_each_length_of_ngrams_that_there_is():
    measure = CiderD([words("a b c d"), words("e f"), words("g")])
    assert measure.scores(words("a b c d", "e f", "g")) == pytest.approx([FULL, FULL * 2 / LENGTHS, FULL / LENGTHS])


def test_other_words_have_no_score():
    assert CiderD([words("a b"), words("c d")]).scores(words("c d", "")) == [0, 0]


def test_a_word_that_is_repeated_counts_as_often_as_a_person_says_it_and_the_length_costs():
    """The caption `a a b` beside `a b`, where each word is of one image of two, so that all have the same weight, log 2.

    Words: (2, 1) and (1, 1), so min is (1, 1), and its product with (1, 1) is 2, over √5 · √2. Pairs: `a a` and `a b` beside `a b`, 1 over
    √2. The lengths differ by 1.
    """
    score = CiderD([words("a b"), words("c d")]).scores(words("a a b", "c d"))[0]
    assert score == pytest.approx(FULL * math.exp(-1 / 72) * (2 / math.sqrt(10) + 1 / math.sqrt(2)) / LENGTHS)


def test_what_all_images_have_in_their_captions_counts_nothing():
    """`a` has the weight log 2/2 = 0; of `a b` beside `a c` nothing is left, and beside `a b` the word `b` and the pair."""
    assert CiderD([words("a b"), words("a c")]).scores(words("a c", "a c")) == pytest.approx([0, FULL * 2 / LENGTHS])


def test_the_score_is_the_mean_over_the_people():
    assert CiderD([words("a", "b"), words("c")]).scores(words("a", "c"))[0] == pytest.approx(FULL / LENGTHS / 2)


def test_scores_are_those_of_the_formula():
    random = np.random.default_rng(0)

    def caption():
        return [str(word) for word in random.integers(0, 4, random.integers(1, 9))]

    references = [[caption() for _ in range(random.integers(1, 4))] for _ in range(5)]
    captions = [caption() for _ in references]
    expected = [formula(ours, given, references) for ours, given in zip(captions, references, strict=True)]
    assert max(expected) > 50
    np.testing.assert_allclose(CiderD(references).scores(captions), expected)


def formula(caption, given, references):
    """Returns CIDEr-D with a vector over all n-grams of four words."""
    total = 0.0
    for n in range(1, LENGTHS + 1):
        ngrams = list(itertools.product("0123", repeat=n))

        def vector(text, ngrams=ngrams, n=n):
            found = [tuple(text[start : start + n]) for start in range(len(text) - n + 1)]
            counts = np.array([found.count(ngram) for ngram in ngrams], float)
            return counts, counts > 0

        images = sum(np.any([vector(text)[1] for text in captions], axis=0).astype(int) for captions in references)
        weights = np.log(len(references) / np.maximum(1, images))
        ours = vector(caption)[0] * weights
        for text in given:
            theirs = vector(text)[0] * weights
            size = np.linalg.norm(ours) * np.linalg.norm(theirs)
            cosine = np.minimum(ours, theirs) @ theirs / size if size else 0.0
            total += math.exp(-((len(caption) - len(text)) ** 2) / (2 * 6**2)) * cosine / LENGTHS / len(given)
    return FULL * total


@pytest.mark.parametrize("references", [[], [[]]])
def test_images_without_captions_are_refused(references):
    with pytest.raises(ValueError, match="`references` must hold at least one caption of each of at least one image"):
        CiderD(references)


def test_another_number_of_captions_is_refused():
    with pytest.raises(ValueError, match=r"one for each of the 1 images. Received: 2"):
        CiderD([words("a")]).scores(words("a", "b"))
