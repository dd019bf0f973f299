"""Batches of several epochs, cut into other parts than epochs."""

import functools
from typing import Any

import tensorflow as tf


class Rounds:
    """The first so many steps of the epochs of a source, in rounds of nearly one size: part of an epoch each, or several.

    Between two rounds a model is validated. A source much larger than what there is time for is so validated within its first epoch.

    Args:
        source: Has `batches(epoch, start, replica, replicas)` and `steps(epoch)`.
        total: Steps of all rounds.
        number: Rounds, at most `total`.
    """

    def __init__(self, source: Any, total: int, number: int):
        self.source = source
        self.total = total
        self.number = number

    def steps(self, epoch: int) -> int:
        """Returns the number of batches of a round."""
        return self._start(epoch + 1) - self._start(epoch)

    def batches(self, epoch: int, start: int = 0, replica: int = 0, replicas: int = 1) -> tf.data.Dataset:
        """Returns the batches of a round; arguments and result are those of the source."""
        parts = []
        position, end = self._start(epoch) + start, self._start(epoch + 1)
        of_source, before = 0, 0
        while position < end:
            steps = self.source.steps(of_source)
            if (first := position - before) < steps:
                count = min(steps - first, end - position)
                parts.append(self.source.batches(of_source, first, replica, replicas).take(count))
                position += count
            of_source, before = of_source + 1, before + steps
        return functools.reduce(tf.data.Dataset.concatenate, parts or [self.source.batches(0, self.source.steps(0), replica, replicas)])

    def _start(self, number: int) -> int:
        return self.total * number // self.number
