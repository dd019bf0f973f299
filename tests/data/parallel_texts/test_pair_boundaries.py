import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from toolkit.data.batching.batch_plan import BatchPlan
from toolkit.data.parallel_texts.pair_boundaries import pair_boundaries

lengths = st.lists(st.tuples(st.integers(0, 6), st.integers(1, 6)), min_size=1, max_size=30)


def padded_tokens(pairs, boundaries):
    """Counts tokens with padding when each pair is in the first boundary that holds it."""
    return sum(next(source + target for source, target in boundaries if source >= pair[0] and target >= pair[1]) for pair in pairs)


@given(lengths, st.integers(1, 5))
def test_boundaries_are_few_ascending_and_hold_everything(pairs, buckets):
    boundaries = pair_boundaries(pairs, buckets)
    assert len(boundaries) <= buckets
    assert boundaries[-1] == tuple(np.maximum(np.max(pairs, 0), 1))
    BatchPlan(pairs, boundaries, 100)  # refuses what does not ascend


@given(lengths, st.integers(2, 8))
def test_several_boundaries_never_pad_more_than_one(pairs, buckets):
    assert padded_tokens(pairs, pair_boundaries(pairs, buckets)) <= padded_tokens(pairs, pair_boundaries(pairs, 1))


@given(st.lists(st.integers(1, 8), min_size=1, max_size=30), st.integers(1, 4))
def test_of_equal_sides_no_other_boundaries_pad_less(sides, buckets):
    pairs = [(side, side) for side in sides]
    present = sorted(set(sides))
    choices = itertools.combinations(present[:-1], min(buckets, len(present)) - 1)
    best = min(padded_tokens(pairs, [(side, side) for side in (*choice, present[-1])]) for choice in choices)
    assert padded_tokens(pairs, pair_boundaries(pairs, buckets)) == best


def test_a_language_that_needs_twice_the_tokens_gets_twice_the_room():
    pairs = [(length, 2 * length) for length in range(1, 9)]
    assert pair_boundaries(pairs, buckets=2) == [(4, 8), (8, 16)]


@pytest.mark.parametrize("arguments", [([], 3), ([(1, 1)], 0)])
def test_bad_arguments(arguments):
    with pytest.raises(ValueError, match="`lengths` must have a pair and `buckets` be positive"):
        pair_boundaries(*arguments)
