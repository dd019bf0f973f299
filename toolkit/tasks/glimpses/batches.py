"""Batches of images on their canvases, as a `tf.data` pipeline that can begin anywhere."""

import copy

import numpy as np
import tensorflow as tf

from toolkit.data.batching.batch_plan import BatchPlan
from toolkit.data.batching.planned_batches import PlannedBatches
from toolkit.tasks.glimpses.placing import Placing


class CanvasBatches(PlannedBatches):
    """Images on canvases, which training draws anew in each epoch.

    Args:
        pixels: The images, uint8 `[images, size, size, channels]`.
        labels: Numbers of their labels, `[images]`.
        placing: How they are put on canvases.
        plan: Which of them go together; all of length 1.
    """

    def __init__(self, pixels: np.ndarray, labels: np.ndarray, placing: Placing, plan: BatchPlan):
        super().__init__(plan)
        self._pixels, self._labels = tf.constant(pixels), tf.constant(labels, tf.int32)
        self._placing = placing
        self._place = tf.function(lambda pixels, drawn: placing.place(pixels, drawn))  # traced once, and not in each epoch
        self._drawn: dict[str, tf.Tensor] = {}

    def batches(self, epoch: int, start: int = 0, replica: int = 0, replicas: int = 1) -> tf.data.Dataset:
        """Returns the batches of an epoch; see `PlannedBatches`."""
        seed = [self.plan.seed, epoch] if self.plan.shuffle else self.plan.seed
        drawn = self._placing.drawn(len(self._labels), self._pixels.shape[1], seed)
        of_epoch = copy.copy(self)
        of_epoch._drawn = {name: tf.constant(values) for name, values in drawn.items()}
        return super(CanvasBatches, of_epoch).batches(epoch, start, replica, replicas)

    def make_batch(self, indices: tf.Tensor, boundary: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor, tf.Tensor]:
        """Makes a batch.

        Args:
            indices: As in `PlannedBatches`. A row of filler shows an image that there is.
            boundary: As in `PlannedBatches`.

        Returns:
            Canvases from 0 to 255, float32 `[rows, canvas, canvas, channels]`; labels int32 `[rows, objects]`; and weights float32
            `[rows]`, 0 for filler.
        """
        number = tf.shape(self._labels, tf.int64)[0]
        rows = indices % number
        drawn = {name: tf.gather(values, rows) for name, values in self._drawn.items()}
        side = self._placing.canvas
        canvases = tf.ensure_shape(self._place(self._pixels, drawn), [None, side, side, self._pixels.shape[-1]])
        labels = tf.gather(self._labels, drawn["images"])
        return canvases, labels, tf.cast(indices < number, tf.float32)
