import numpy as np
import pytest

from toolkit.data.batching.batch_plan import BatchPlan
from toolkit.data.labeled_texts.token_batches import TokenBatches

BOUNDARIES = [4, 8, 16]


@pytest.fixture(scope="module")
def examples():
    random = np.random.default_rng(0)
    tokens = [random.integers(1, 1000, length).astype(np.int32) for length in [0, 4, 5, 16, *random.integers(0, 17, 60)]]
    return tokens, random.integers(0, 3, len(tokens)), random.uniform(0.5, 2, len(tokens)).astype(np.float32)


@pytest.fixture(scope="module")
def plan(examples):
    return BatchPlan([len(tokens) for tokens in examples[0]], BOUNDARIES, 64, seed=1, multiple_of=2)


@pytest.fixture(scope="module")
def batches(examples, plan):
    return TokenBatches(*examples, plan)


def arrays(dataset):
    return [tuple(tensor.numpy() for tensor in batch) for batch in dataset]


def assert_same(first, second):
    for batch, other in zip(first, second, strict=True):
        for array, expected in zip(batch, other, strict=True):
            np.testing.assert_array_equal(array, expected)


def test_batches_are_the_plan_padded_with_zeros(examples, plan, batches):
    tokens, labels, weights = examples
    for planned, (padded, batch_labels, batch_weights) in zip(plan.epoch(3), arrays(batches.batches(3)), strict=True):
        assert padded.shape == (len(planned.indices), planned.boundary)
        assert (padded.dtype, batch_labels.dtype, batch_weights.dtype) == (np.int32, np.int32, np.float32)
        for row, index in enumerate(planned.indices):
            expected = tokens[index] if index >= 0 else []
            np.testing.assert_array_equal(padded[row], np.pad(expected, (0, planned.boundary - len(expected))))
            assert batch_weights[row] == (weights[index] if index >= 0 else 0)
            assert index < 0 or batch_labels[row] == labels[index]


def test_there_is_filler_to_test(plan):
    assert any((batch.indices < 0).any() for batch in plan.epoch(3))


@pytest.mark.parametrize("start", [0, 1, 5])
def test_start_leaves_the_tail(batches, start):
    assert_same(arrays(batches.batches(2, start=start)), arrays(batches.batches(2))[start:])


def test_start_at_the_end_leaves_nothing(batches):
    assert arrays(batches.batches(2, start=batches.steps(2))) == []


def test_replicas_share_the_rows(batches):
    halves = zip(*(arrays(batches.batches(0, replica=replica, replicas=2)) for replica in range(2)), strict=True)
    for (even, odd), whole in zip(halves, arrays(batches.batches(0)), strict=True):
        assert_same([tuple(array[0::2] for array in whole), tuple(array[1::2] for array in whole)], [even, odd])


def test_steps(batches):
    assert batches.steps(0) == len(arrays(batches.batches(0)))


def test_weights_default_to_one(examples, plan):
    tokens, labels, _ = examples
    total = sum(weights.sum() for _, _, weights in arrays(TokenBatches(tokens, labels, None, plan).batches(0)))
    assert total == len(tokens)


def test_only_empty_texts():
    plan = BatchPlan([0, 0], [4], 16)
    (padded, _, _), *rest = arrays(TokenBatches([np.zeros(0, np.int32)] * 2, [0, 1], None, plan).batches(0))
    assert not rest
    assert padded.tolist() == [[0] * 4] * 2


def test_mismatches_are_refused(examples, plan, batches):
    tokens, labels, weights = examples
    with pytest.raises(ValueError, match="must describe the same examples"):
        TokenBatches(tokens[:-1], labels, weights, plan)
    with pytest.raises(ValueError, match="must describe the same examples"):
        TokenBatches([*tokens[1:], tokens[0]], labels, weights, plan)
    with pytest.raises(ValueError, match="replica=2, replicas=2"):
        batches.batches(0, replica=2, replicas=2)
