"""Epochs that are cut short."""

from typing import Any

import tensorflow as tf


class FirstSteps:
    """The first so many steps of each epoch of other batches; where these are shuffled, each epoch has other ones.

    Args:
        batches: The other batches.
        most: Steps of an epoch at most.
    """

    def __init__(self, batches: Any, most: int):
        self._batches = batches
        self._most = most

    def steps(self, epoch: int) -> int:
        """Returns the number of steps of an epoch."""
        return min(self._most, self._batches.steps(epoch))

    def batches(self, epoch: int, start: int = 0, replica: int = 0, replicas: int = 1) -> tf.data.Dataset:
        """Returns the batches of an epoch from `start` on."""
        return self._batches.batches(epoch, start, replica, replicas).take(max(0, self.steps(epoch) - start))
