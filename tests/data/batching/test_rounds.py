import numpy as np
import pytest

from toolkit.data.batching.batch_plan import BatchPlan
from toolkit.data.batching.rounds import Rounds
from toolkit.data.labeled_texts.token_batches import TokenBatches

SIZES = [3, 1, 4, 1, 5, 2, 2, 6, 1, 3]


@pytest.fixture(scope="module")
def source():
    tokens = [np.full(size, number + 1) for number, size in enumerate(SIZES)]
    plan = BatchPlan(SIZES, [6], tokens_per_batch=18, seed=1, shuffle=True)
    return TokenBatches(tokens, np.arange(len(SIZES)), None, plan)


def labels(batches):
    return [batch[1].numpy().tolist() for batch in batches]


@pytest.mark.parametrize(("total", "number"), [(1, 1), (3, 2), (4, 4), (9, 4), (11, 3), (12, 1)])
def test_rounds_are_the_epochs_one_after_the_other(source, total, number):
    rounds = Rounds(source, total, number)
    steps = [rounds.steps(each) for each in range(number)]
    assert sum(steps) == total
    assert max(steps) - min(steps) <= 1
    everything = [batch for epoch in range(4) for batch in labels(source.batches(epoch))]
    assert [batch for each in range(number) for batch in labels(rounds.batches(each))] == everything[:total]


def test_a_round_can_begin_anywhere(source):
    rounds = Rounds(source, 9, 2)
    for start in range(rounds.steps(1) + 1):
        assert labels(rounds.batches(1, start)) == labels(rounds.batches(1))[start:]


def test_a_replica_has_its_rows(source):
    rounds = Rounds(source, 7, 2)
    assert labels(rounds.batches(1, 1, 1, 2)) == [batch[1::2] for batch in labels(rounds.batches(1, 1))]
