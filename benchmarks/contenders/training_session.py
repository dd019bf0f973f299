"""What runs in the process of one contender that trains."""

import time
from collections.abc import Sequence

import numpy as np

from benchmarks.contenders import Trainer


class TrainingSession:
    """A trainer and its batches.

    Args:
        trainer: The trainer.
        batches: What it trains on, each `(inputs, labels, weights)`.
        first: Indices of the batches on which the first steps are taken: those that trace and compile.
    """

    def __init__(self, trainer: Trainer, batches: Sequence[tuple], first: Sequence[int]):
        self._train = trainer.train
        self._batches = [trainer.prepare(batch) for batch in batches]
        self._tokens = [target_tokens(batch) for batch in batches]
        self._first = first

    def first_calls(self) -> tuple[float, list[float]]:
        """Takes the first steps, and once more.

        Returns:
            The seconds that they take longer than the second time, and their losses.
        """
        batches = [self._batches[i] for i in self._first]
        (first, losses), (second, _) = (self._timed(batches) for _ in range(2))
        return first - second, losses

    def round(self, start: int, end: int) -> float:
        """Trains on the batches from `start` to `end`; returns target tokens per second."""
        seconds, _ = self._timed(self._batches[start:end])
        return sum(self._tokens[start:end]) / seconds

    def _timed(self, batches: Sequence) -> tuple[float, list[float]]:
        started = time.perf_counter()
        losses = [self._train(batch) for batch in batches]
        return time.perf_counter() - started, losses


def target_tokens(batch: tuple) -> int:
    """Returns the tokens to predict, padding not among them."""
    return int(np.sum(batch[-1]))
