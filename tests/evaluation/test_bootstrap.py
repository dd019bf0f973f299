import numpy as np
import pytest

from toolkit.evaluation.bootstrap import bootstrap_interval, ratio_of_sums


def test_ten_examples_by_hand():
    # Of ten draws of five 0 and five 1, at most one is 1 in 1.07 % of the cases, and at most two in 5.47 %: 2.5 % lie at two.
    low, high = bootstrap_interval(ratio_of_sums([0, 1] * 5, np.ones(10)), 10)
    assert (low, high) == (pytest.approx(0.2, abs=0.02), pytest.approx(0.8, abs=0.02))


def test_the_interval_of_a_mean_is_that_of_the_normal_distribution():
    values = np.random.default_rng(0).normal(10, 2, 900)
    low, high = bootstrap_interval(lambda counts: counts @ values / counts.sum(-1), len(values))
    half = 1.96 * values.std() / 30
    assert low == pytest.approx(values.mean() - half, abs=0.15 * half)
    assert high == pytest.approx(values.mean() + half, abs=0.15 * half)
    assert (low, high) == bootstrap_interval(lambda counts: counts @ values / counts.sum(-1), len(values))


def test_sentences_are_drawn_whole():
    # Ten words that are all right or all wrong together tell no more than one.
    right = np.arange(40) % 2
    words, alone = (np.diff(bootstrap_interval(ratio_of_sums(n * right, np.full(40, n)), 40)) for n in (10, 1))
    assert words == pytest.approx(alone)
    single = np.diff(bootstrap_interval(ratio_of_sums(np.repeat(right, 10), np.ones(400)), 400))
    assert words > 2.5 * single


def test_a_score_that_is_larger_on_draws_has_its_value_in_its_interval():
    differences = np.random.default_rng(1).normal(size=(200, 10))

    def score(counts):
        return np.abs(counts @ differences / 200).sum(-1)

    low, high = bootstrap_interval(score, 200)
    assert low < score(np.ones((1, 200)))[0] < high


@pytest.mark.parametrize(("values", "most"), [([0] * 11 + [1], np.inf), ([1] * 11 + [0], 1)])
def test_it_ends_where_scores_end(values, most):
    low, high = bootstrap_interval(ratio_of_sums(values, np.ones(12)), 12, most)
    assert low >= 0
    assert high <= most


@pytest.mark.parametrize("values", [[0.0, 1.0] * 4, [1.0] * 20, [np.nan, 1.0] * 10, [np.inf, 1.0] * 10])
def test_nothing_is_told_where_the_draws_tell_nothing(values):
    assert bootstrap_interval(ratio_of_sums(values, np.ones(len(values))), len(values)) is None
