"""What the benchmarks of training have in common."""

import numpy as np
import pytest

from benchmarks.contenders import Trainer, training_session
from benchmarks.contenders.training_session import TrainingSession
from benchmarks.training_turns import require_same_losses


class Scripted:
    """A trainer whose every step takes a second by the clock, two at the first batch of its shape."""

    def __init__(self, monkeypatch):
        self.now, self.shapes = 0.0, []
        monkeypatch.setattr(training_session.time, "perf_counter", lambda: self.now)

    def train(self, shape):
        self.now += 1.0 if shape in self.shapes else 2.0
        self.shapes.append(shape)
        return float(len(self.shapes))


def test_a_session_times_first_calls_and_rounds(monkeypatch):
    scripted = Scripted(monkeypatch)
    shapes = [(2, 3), (2, 3), (2, 4), (2, 3)]
    batches = [(np.zeros(shape), None, np.eye(*shape)) for shape in shapes]  # two of each weights are not zero
    timed = TrainingSession(Trainer(lambda batch: batch[0].shape, scripted.train), batches, first=[0, 2])
    seconds, losses = timed.first_calls()
    assert (seconds, losses) == (2.0, [1.0, 2.0])
    assert scripted.shapes == [(2, 3), (2, 4)] * 2
    assert timed.round(1, 4) == 3 * 2 / 3
    assert scripted.shapes[-3:] == shapes[1:4]


def test_other_losses_are_refused():
    for received in ([2.0, 1.01], [2.0001, 1.0], [float("nan"), 1.0]):
        with pytest.raises(ValueError, match="b and a: expected the same losses"):
            require_same_losses({"a": [2.0, 1.0], "b": received})
    require_same_losses({"a": [2.0, 1.0], "b": [2.0, 1.002]})
