"""What arithmetic in single precision does to a number is accepted, whatever its size; what a wrong number does is not."""

import math

import keras
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from toolkit.errors import UserError
from toolkit.export.tolerance import NUDGES, UNIT, Tolerance, nudged, nudged_answers, spread, tolerance_of_sum
from toolkit.export.verification import largest_difference
from toolkit.models import LanguageModel

SIZES = (1.0, 30.0, 1000.0)


def logits(size, summands, dtype, blocks=1, seed=0):
    """Logits of 200 words, the largest of that size, as sums in a precision and in so many blocks."""
    random = np.random.default_rng(seed)
    features = np.tanh(random.normal(size=summands)).astype("float32")
    kernel = random.normal(size=(200, summands)).astype("float32")
    kernel *= size / np.abs(kernel @ features).max()
    parts = (kernel * features).astype(dtype)
    return np.add.accumulate(parts.reshape(200, blocks, -1), 2, dtype)[:, :, -1].sum(1, dtype=dtype)


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("summands", [8, 512, 4096])
@settings(max_examples=20, deadline=None)
@given(seed=st.integers(0, 10**6))
def test_another_order_of_sums_is_accepted(size, summands, seed):
    one, other, exact = (logits(size, summands, *how, seed=seed) for how in (("float32", 1), ("float32", 8), ("float64", 1)))
    tolerance = Tolerance(summands, size)
    assert 0 < largest_difference("another order", exact, one, tolerance.score) <= tolerance.score
    largest_difference("another order", one, other, tolerance.score)


@pytest.mark.parametrize("size", SIZES)
def test_a_wrong_weight_is_noticed(size):
    right = logits(size, 512, "float32")
    wrong = right.copy()
    wrong[7] += 1e-3 * size  # as if one of the weights of a word were another
    with pytest.raises(UserError, match="expected the scores of the model, each to within"):
        largest_difference("a wrong weight", right, wrong, Tolerance(512, size).score)


@settings(max_examples=50, deadline=None)
@given(seed=st.integers(0, 10**6), count=st.integers(1, 20_000))
def test_a_sum_is_that_of_its_parts(seed, count):
    """As of the log-probabilities of a text of twenty thousand tokens, added one by one."""
    parts = np.random.default_rng(seed).exponential(5, count).astype("float32")
    exact, made = parts.sum(dtype="float64"), np.add.accumulate(parts, dtype="float32")[-1]
    assert abs(exact - made) <= tolerance_of_sum(parts)
    assert tolerance_of_sum(parts) < 1e-4 * exact  # a token that is left out is noticed


@settings(max_examples=30, deadline=None)
@given(seed=st.integers(0, 10**6), size=st.sampled_from(SIZES))
def test_probabilities_may_move_as_far_as_their_logits(seed, size):
    random, tolerance = np.random.default_rng(seed), Tolerance(64, size)
    right = random.uniform(-size, size, 5)
    moved = right + random.uniform(-1, 1, 5) * tolerance.score
    one, other = (np.exp(logits - logits.max()) / np.exp(logits - logits.max()).sum() for logits in (right, moved))
    assert (np.abs(one - other) <= tolerance.probability(one)).all()
    assert tolerance.probability(np.array([1e-9, 1.0])).max() < 1e-6  # what is certain stays so


def test_tolerances_follow_from_precision_summands_and_size():
    assert Tolerance(512, 10.0).score == pytest.approx(8 * 2**-24 * math.sqrt(512 + 128) * 11)
    assert Tolerance(512, 1000.0).score / Tolerance(512, 30.0).score == pytest.approx(1001 / 31)
    assert Tolerance(512, 10.0).total(16) == 16 * Tolerance(512, 10.0).score
    assert tolerance_of_sum(np.array([3.0])) == UNIT * 3  # one part is not added to anything
    model = keras.Sequential([keras.layers.Input((7,)), keras.layers.Dense(900), keras.layers.Dense(3)])
    assert Tolerance.of_model(model, 2).summands == 7


def test_nudging_moves_all_weights_and_puts_them_back():
    model = LanguageModel(30, embedding_dim=4, units=4, num_layers=1)
    model.build(None)
    before = model.get_weights()
    with nudged(model, 1e-3, seed=0):
        for was, value in zip(before, model.get_weights(), strict=True):
            np.testing.assert_allclose(np.abs(value - was), 1e-3 * np.abs(was), rtol=1e-2)
    with pytest.raises(ZeroDivisionError):
        nudged_answers(model, 1e-3, lambda: 1 / 0)
    for was, value in zip(before, model.get_weights(), strict=True):
        np.testing.assert_array_equal(was, value)
    assert len(nudged_answers(model, 1e-3, model.get_weights)) == NUDGES


def test_what_was_unsure_stays_so():
    answers = [np.zeros(3)]
    moved = [[np.array([0.0, 1.0, 0.0])], [np.array([0.0, -2.0, 0.5])]]
    np.testing.assert_array_equal(spread(answers, moved)[0], [0, 4, 4])
    assert spread(answers, [[np.array([0.0, np.nan, 0.0])]])[0][1] == np.inf


def test_only_what_is_unsure_is_let_through():
    expected, received = np.zeros(3), np.array([0.0, 0.5, 0.5])
    assert largest_difference("chaos", expected, received, 1e-6, lambda: np.array([0.0, 1.0, 1.0])) == 0.5
    with pytest.raises(UserError, match=r"found a difference of 0\.5"):
        largest_difference("chaos", expected, received, 1e-6, lambda: np.array([0.0, 0.1, 1.0]))
    with pytest.raises(UserError, match="cannot be compared"):
        largest_difference("chaos", expected, np.array([0, np.nan, 0]), 1e-6, lambda: np.full(3, np.inf))
