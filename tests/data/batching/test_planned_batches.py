import numpy as np
import pytest

from toolkit.data.batching.batch_plan import BatchPlan
from toolkit.data.batching.planned_batches import PlannedBatches


class Positions(PlannedBatches):
    def make_batch(self, indices, boundary):
        return indices, boundary


@pytest.fixture(scope="module", params=["numbers", "pairs"])
def plan(request):
    lengths = np.random.default_rng(0).integers(1, 9, 21)
    if request.param == "numbers":
        return BatchPlan(lengths, [4, 8], 16, multiple_of=2)
    return BatchPlan(np.stack([lengths, lengths[::-1]], 1), [(4, 5), (8, 8)], 16, multiple_of=2)


def made(plan, *arguments, **keywords):
    return [(indices.numpy().tolist(), boundary.numpy().tolist()) for indices, boundary in Positions(plan).batches(*arguments, **keywords)]


def expected(plan, epoch):
    return [(np.where(batch.indices < 0, 21, batch.indices).tolist(), np.array(batch.boundary).tolist()) for batch in plan.epoch(epoch)]


def test_the_plan_is_followed_and_filler_is_after_the_last_example(plan):
    assert made(plan, 1) == expected(plan, 1)
    assert any(21 in indices for indices, _ in made(plan, 1))


@pytest.mark.parametrize("start", [1, 3])
def test_it_can_begin_anywhere(plan, start):
    assert made(plan, 1, start=start) == expected(plan, 1)[start:]
    assert made(plan, 1, start=len(plan)) == []


def test_replicas_take_turns(plan):
    shares = [made(plan, 0, replica=replica, replicas=2) for replica in range(2)]
    assert shares == [[(indices[replica::2], boundary) for indices, boundary in expected(plan, 0)] for replica in range(2)]


@pytest.mark.parametrize("keywords", [{"start": -1}, {"start": 10**6}, {"replica": 1}, {"replica": -1, "replicas": 2}])
def test_bad_positions(plan, keywords):
    with pytest.raises(ValueError, match="`start` must be in"):
        Positions(plan).batches(0, **keywords)
