"""Batches of images, each with texts about it, as a `tf.data` pipeline that can begin anywhere."""

from collections.abc import Mapping

import numpy as np
import tensorflow as tf

from toolkit.data.batching.batch_plan import BatchPlan
from toolkit.data.batching.planned_batches import PlannedBatches


class ImageBatches(PlannedBatches):
    """Each example is an image with a few texts about it, so that the image is encoded once for all of them.

    Args:
        pixels: The images, uint8 `[images, size, size, 3]`; or maps of features, of any type.
        images: Which of them an example is about, `[examples]`.
        tokens: Numbers of the words, int32 `[examples, texts, words]`, 0 after the end.
        labels: What is to be said, int32: of each text `[examples, texts]`, or of each of its words, as `tokens`.
        weights: 0 where nothing is to be said; of the shape of `labels`.
        plan: Which examples go together; made for the lengths of their longest texts.
    """

    def __init__(self, pixels: tf.Tensor, images: np.ndarray, tokens: np.ndarray, labels: np.ndarray, weights: np.ndarray, plan: BatchPlan):
        super().__init__(plan)
        self._pixels = pixels
        self._images, self._tokens, self._labels = (tf.constant(values, tf.int32) for values in (images, tokens, labels))
        self._weights = tf.constant(weights, tf.float32)

    def make_batch(self, indices: tf.Tensor, boundary: tf.Tensor) -> tuple[Mapping[str, tf.Tensor], tf.Tensor, tf.Tensor]:
        """Makes a batch.

        Args:
            indices: As in `PlannedBatches`. A row of filler shows an image that there is: statistics over a batch have to be of images.
            boundary: As in `PlannedBatches`.

        Returns:
            `images` float32 `[rows, size, size, 3]` and `tokens` int32 `[rows, texts, boundary]`; labels int32 `[rows, texts]` or
            `[rows, texts, boundary]`; and weights, float32 of the same shape.
        """
        number = tf.shape(self._images, tf.int64)[0]
        inside = indices < number
        rows = tf.where(inside, indices, tf.range(tf.size(indices, tf.int64)) % number)
        pixels = tf.cast(tf.gather(self._pixels, tf.gather(self._images, rows)), tf.float32)
        tokens, labels, weights = (tf.gather(values, rows) for values in (self._tokens, self._labels, self._weights))
        weights *= tf.reshape(tf.cast(inside, tf.float32), [-1] + [1] * (weights.shape.rank - 1))
        if labels.shape.rank == tokens.shape.rank:
            labels, weights = labels[..., :boundary], weights[..., :boundary]
        return {"images": pixels, "tokens": tokens[..., :boundary]}, labels, weights
