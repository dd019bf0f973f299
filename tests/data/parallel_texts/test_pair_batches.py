import numpy as np
import pytest
import tensorflow as tf

from toolkit.data.batching.batch_plan import BatchPlan
from toolkit.data.parallel_texts.pair_batches import PairBatches, pair_lengths

BEGIN, END = 2, 3
BOUNDARIES = [(4, 5), (8, 10), (16, 16)]


@pytest.fixture(scope="module")
def pairs():
    random = np.random.default_rng(0)
    lengths = [(0, 0), (4, 4), (16, 15), *random.integers(0, 16, (40, 2))]
    return [[random.integers(4, 1000, length).astype(np.int32) for length in side] for side in zip(*lengths, strict=True)]


@pytest.fixture(scope="module")
def plan(pairs):
    return BatchPlan(pair_lengths(*pairs), BOUNDARIES, 64, seed=1, multiple_of=2)


@pytest.fixture(scope="module")
def batches(pairs, plan):
    return PairBatches(*pairs, plan, begin_id=BEGIN, end_id=END)


def arrays(dataset):
    return [[array.numpy() for array in tf.nest.flatten(batch)] for batch in dataset]


def assert_same(first, second):
    for batch, other in zip(first, second, strict=True):
        for array, expected in zip(batch, other, strict=True):
            np.testing.assert_array_equal(array, expected)


def padded(ids, length):
    return np.pad(np.asarray(ids, np.int32), (0, length - len(ids)))


def test_batches_are_the_plan_with_begin_and_end(pairs, plan, batches):
    for planned, batch in zip(plan.epoch(3), arrays(batches.batches(3)), strict=True):
        assert [array.dtype for array in batch] == [np.int32, np.int32, np.int32, np.float32]
        for index, source, read, predicted, weights in zip(planned.indices, *batch, strict=True):
            source_length, target_length = planned.boundary
            x, y = (pairs[0][index], list(pairs[1][index])) if index >= 0 else ([], None)
            np.testing.assert_array_equal(source, padded(x, source_length))
            np.testing.assert_array_equal(read, padded([] if y is None else [BEGIN, *y], target_length))
            np.testing.assert_array_equal(predicted, padded([] if y is None else [*y, END], target_length))
            np.testing.assert_array_equal(weights, predicted > 0)


def test_there_is_filler_and_an_empty_pair_to_test(plan):
    assert any((batch.indices < 0).any() for batch in plan.epoch(3))
    assert plan.lengths[0].tolist() == [0, 1]


def test_a_batch_is_inputs_labels_and_weights(batches):
    (inputs, labels, weights), *_ = batches.batches(0)
    assert len(inputs) == 2
    assert labels.shape == weights.shape == inputs[1].shape


def test_every_token_has_its_weight_once(pairs, batches):
    assert sum(batch[-1].sum() for batch in arrays(batches.batches(0))) == sum(len(target) + 1 for target in pairs[1])


@pytest.mark.parametrize("start", [0, 1, 5])
def test_start_leaves_the_tail(batches, start):
    assert_same(arrays(batches.batches(2, start=start)), arrays(batches.batches(2))[start:])


def test_start_at_the_end_leaves_nothing(batches):
    assert arrays(batches.batches(2, start=batches.steps(2))) == []


def test_replicas_share_the_rows(batches):
    halves = zip(*(arrays(batches.batches(0, replica=replica, replicas=2)) for replica in range(2)), strict=True)
    for shares, whole in zip(halves, arrays(batches.batches(0)), strict=True):
        assert_same(shares, [[array[replica::2] for array in whole] for replica in range(2)])


def test_mismatches_are_refused(pairs, plan):
    sources, targets = pairs
    with pytest.raises(ValueError, match="must describe the same pairs"):
        PairBatches(sources[:-1], targets, plan)
    with pytest.raises(ValueError, match="must describe the same pairs"):
        PairBatches(targets, sources, plan)
    with pytest.raises(ValueError, match="`begin_id` and `end_id` must be positive"):
        PairBatches(sources, targets, plan, end_id=0)
