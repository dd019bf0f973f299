import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from toolkit.data.batching.batch_plan import BatchPlan, length_boundaries

plans = st.builds(
    BatchPlan,
    st.lists(st.integers(0, 100), max_size=200),
    st.just([8, 32, 100]),
    tokens_per_batch=st.integers(1, 1000),
    seed=st.integers(0, 3),
    shuffle=st.booleans(),
    multiple_of=st.integers(1, 4),
)


def members(batch):
    return batch.indices[batch.indices >= 0]


def same(first, second):
    return len(first) == len(second) and all(
        a.boundary == b.boundary and np.array_equal(a.indices, b.indices) for a, b in zip(first, second, strict=True)
    )


@given(plans, st.integers(0, 5))
def test_each_example_exactly_once(plan, epoch):
    batches = plan.epoch(epoch)
    assert sorted(index for batch in batches for index in members(batch)) == list(range(len(plan.lengths)))
    assert len(batches) == len(plan)


@given(plans, st.integers(0, 5))
def test_same_seed_same_batches(plan, epoch):
    again = BatchPlan(plan.lengths, plan.boundaries, plan.tokens_per_batch, plan.seed, plan.shuffle, plan.multiple_of)
    again.epoch(epoch + 1)  # what was asked before makes no difference
    assert same(plan.epoch(epoch), again.epoch(epoch))


@given(plans)
def test_a_bucket_has_one_shape_within_the_budget(plan):
    rows = {}
    for batch in plan.epoch(0):
        assert len(batch.indices) == rows.setdefault(batch.boundary, len(batch.indices))
        assert len(batch.indices) % plan.multiple_of == 0
        assert len(batch.indices) <= max(plan.tokens_per_batch // batch.boundary, plan.multiple_of)
        shorter = [boundary for boundary in plan.boundaries if boundary < batch.boundary]
        assert all(max(shorter, default=-1) < plan.lengths[index] <= batch.boundary for index in members(batch))


pair_plans = st.builds(
    BatchPlan,
    st.lists(st.tuples(st.integers(0, 20), st.integers(1, 30)), max_size=100).map(lambda pairs: np.reshape(pairs, (-1, 2)).astype(int)),
    st.just([(5, 8), (10, 8), (10, 20), (20, 30)]),
    tokens_per_batch=st.integers(1, 300),
    multiple_of=st.integers(1, 4),
)


@given(pair_plans, st.integers(0, 3))
def test_a_pair_is_in_the_first_bucket_that_holds_both_sides(plan, epoch):
    batches = plan.epoch(epoch)
    assert sorted(index for batch in batches for index in members(batch)) == list(range(len(plan.lengths)))
    assert len(batches) == len(plan)
    rows = {}
    for batch in batches:
        assert len(batch.indices) == rows.setdefault(batch.boundary, len(batch.indices))
        assert len(batch.indices) <= max(plan.tokens_per_batch // max(batch.boundary), plan.multiple_of)
        for source, target in plan.lengths[members(batch)]:
            assert batch.boundary == next(limits for limits in plan.boundaries if source <= limits[0] and target <= limits[1])


def test_epochs_and_seeds_differ():
    plan = BatchPlan(np.arange(100) % 30, [32], 320)
    assert not same(plan.epoch(0), plan.epoch(1))
    assert not same(plan.epoch(0), BatchPlan(plan.lengths, [32], 320, seed=1).epoch(0))


def test_unshuffled_batches_go_from_short_to_long():
    plan = BatchPlan(np.random.default_rng(0).integers(0, 100, 200), [8, 32, 100], 400, shuffle=False)
    lengths = [plan.lengths[index] for batch in plan.epoch(0) for index in members(batch)]
    assert lengths == sorted(lengths)
    assert same(plan.epoch(0), plan.epoch(7))


def test_length_boundaries():
    assert length_boundaries(256) == [32, 64, 128, 192, 256]
    assert length_boundaries(100) == [32, 64, 100]
    assert length_boundaries(20) == [20]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (([5], [], 100), "`boundaries` must be positive and ascending"),
        (([5], [8, 8], 100), "`boundaries` must be positive and ascending"),
        (([5], [8], 0), "tokens_per_batch=0"),
        (([5, 9], [8], 100), "An example of 9 tokens is longer than the last boundary, 8"),
        (([(5, 9)], [(8, 8)], 100), r"An example of 5 and 9 tokens is longer than the last boundary, \(8, 8\)"),
        (([(5, 5)], [(8, 8), (9, 7)], 100), "`boundaries` must be positive and ascending"),
        (([(5, 5)], [(8, 8), (8, 8)], 100), "`boundaries` must be positive and ascending"),
        (([(5, 5)], [(0, 8)], 100), "`boundaries` must be positive and ascending"),
        (([(5, 5)], [8], 100), "`boundaries` must be pairs as `lengths` are"),
        (([5], [(8, 8)], 100), "`boundaries` must be pairs as `lengths` are"),
    ],
)
def test_bad_arguments(arguments, message):
    with pytest.raises(ValueError, match=message):
        BatchPlan(*arguments)
