"""Batches of sequences of frames, as a `tf.data` pipeline that can begin anywhere."""

from collections.abc import Mapping, Sequence

import numpy as np
import tensorflow as tf

from toolkit.data.batching.batch_plan import BatchPlan
from toolkit.data.batching.planned_batches import PlannedBatches
from toolkit.tasks.frames.sequences import FrameSequences


class FrameBatches(PlannedBatches):
    """Sequences, filled up to one length.

    Args:
        sequences: The sequences.
        label_names: The labels, in the order of their numbers.
        plan: Which of them go together; made for their lengths.
    """

    def __init__(self, sequences: FrameSequences, label_names: Sequence[str], plan: BatchPlan):
        super().__init__(plan)
        numbers = {name: number for number, name in enumerate(label_names)}
        self._pixels = tf.constant(sequences.pixels)
        self._labels = tf.constant([numbers.get(label, -1) for label in sequences.labels], tf.int32)
        self._starts, self._lengths = (tf.constant(each.astype(np.int64)) for each in (sequences.starts, sequences.lengths))

    def make_batch(self, indices: tf.Tensor, boundary: tf.Tensor) -> tuple[Mapping[str, tf.Tensor], tf.Tensor, tf.Tensor]:
        """Makes a batch.

        Args:
            indices: As in `PlannedBatches`. A row of filler shows a sequence that there is, and a sequence stays at its last frame after
                its end: statistics over a batch have to be of frames.
            boundary: As in `PlannedBatches`.

        Returns:
            `images`, from 0 to 255, float32 `[rows, boundary, size, size, channels]`, and `lengths`, int32 `[rows]`; labels int32
            `[rows, boundary]`; and weights float32 `[rows, boundary]`, 0 where there is no frame, or no label.
        """
        number = tf.size(self._lengths, tf.int64)
        rows = indices % number
        lengths, columns = tf.gather(self._lengths, rows)[:, tf.newaxis], tf.range(boundary)
        places = tf.gather(self._starts, rows)[:, tf.newaxis] + tf.minimum(columns, lengths - 1)
        labels = tf.gather(self._labels, places)
        there = (columns < lengths) & (indices < number)[:, tf.newaxis] & (labels >= 0)
        images = tf.cast(tf.gather(self._pixels, places), tf.float32)
        inputs = {"images": images, "lengths": tf.cast(lengths[:, 0], tf.int32)}
        return inputs, tf.maximum(labels, 0), tf.cast(there, tf.float32)
