"""Batches of pairs whose tokens are drawn anew in each epoch."""

import numpy as np
import pytest

from toolkit.data.batching.batch_plan import BatchPlan
from toolkit.data.parallel_texts.drawn_pairs import DrawnPairs, planned_lengths
from toolkit.data.parallel_texts.pair_boundaries import pair_boundaries

BEGIN, END, PAIRS = 2, 3, 40


def undrawn():
    return [np.full(1 + row % 7, 100 + row) for row in range(PAIRS)], [np.full(1 + row % 5, 200 + row) for row in range(PAIRS)]


def draw(epoch):
    """Returns the tokens of pairs in as many parts as an epoch gives them; each says which pair it is of."""
    rng = np.random.default_rng(epoch)
    return tuple([np.full(len(ids) + rng.integers(0, 4), ids[0]) for ids in side] for side in undrawn())


@pytest.fixture
def pairs():
    lengths = planned_lengths(draw(0), undrawn())
    plan = BatchPlan(lengths, pair_boundaries(lengths, 4), rows_per_batch=8, seed=1)
    return DrawnPairs(draw, undrawn(), plan, BEGIN, END)


def rows_of(batches):
    """Returns of each pair, by its number, what the encoder reads and what the decoder is to predict."""
    found = {}
    for (sources, _), predicted, weights in batches.as_numpy_iterator():
        for ids, labels, weight in zip(sources, predicted, weights, strict=True):
            if ids.any():
                found[int(ids[0]) - 100] = ids[ids > 0], labels[weight > 0]
    return found


def test_each_epoch_has_what_is_drawn_for_it_where_there_is_room(pairs):
    room, none = 0, 0
    for epoch in range(4):
        found, drawn, plain = rows_of(pairs.batches(epoch)), draw(epoch), undrawn()
        assert len(found) == PAIRS
        for row, (source, labels) in found.items():
            fits = len(drawn[0][row]) <= pairs.plan.limits[row][0] and len(drawn[1][row]) < pairs.plan.limits[row][1]
            room, none = room + fits, none + (not fits)
            sources, targets = drawn if fits else plain
            np.testing.assert_array_equal(source, sources[row])
            np.testing.assert_array_equal(labels, [*targets[row], END])
    assert room > 2 * none > 0


def test_epochs_differ_and_one_epoch_does_not(pairs):
    def lengths(epoch):
        return {row: len(source) for row, (source, _) in rows_of(pairs.batches(epoch)).items()}

    assert lengths(1) == lengths(1)
    assert lengths(1) != lengths(2)
    assert pairs.steps(1) == pairs.steps(2) == len([*pairs.batches(1)])


def test_it_can_begin_anywhere(pairs):
    whole, rest = ([batch[0][0] for batch in pairs.batches(3, start).as_numpy_iterator()] for start in (0, 2))
    for expected, found in zip(whole[2:], rest, strict=True):
        np.testing.assert_array_equal(found, expected)
