"""Batches of images to draw, as a `tf.data` pipeline that can begin anywhere."""

import copy
from typing import Any

import numpy as np
import tensorflow as tf

from toolkit.data.batching.batch_plan import BatchPlan
from toolkit.data.batching.planned_batches import PlannedBatches


def binarized(pixels: np.ndarray, seed: Any) -> np.ndarray:
    """Returns images of black and white, drawn with the shade of each pixel as the probability of white.

    Args:
        pixels: uint8, of any shape.
        seed: Of NumPy's generator.
    """
    chance = np.random.default_rng(seed)
    return np.stack([np.where(255 * chance.random(image.shape) < image, 255, 0) for image in pixels]).astype(np.uint8)


class DrawingBatches(PlannedBatches):
    """Images, each batch with a seed of what is drawn for it: so it is the same whenever the batch is made.

    Args:
        pixels: The images, uint8 `[images, size, size, 1]`.
        plan: Which of them go together; all of length 1.
        binarize: Whether each epoch draws them anew in black and white.
    """

    def __init__(self, pixels: np.ndarray, plan: BatchPlan, binarize: bool = False):
        super().__init__(plan)
        self._pixels = tf.constant(pixels)
        self._binarize = binarize
        self._seeds = self._seeds_of(0)

    def batches(self, epoch: int, start: int = 0, replica: int = 0, replicas: int = 1) -> tf.data.Dataset:
        """Returns the batches of an epoch; see `PlannedBatches`. If they are not shuffled, all epochs are the same."""
        of_epoch = copy.copy(self)
        of_epoch._seeds = self._seeds_of(epoch if self.plan.shuffle else 0)
        return super(DrawingBatches, of_epoch).batches(epoch, start, replica, replicas)

    def make_batch(self, indices: tf.Tensor, boundary: tf.Tensor) -> tuple[dict[str, tf.Tensor], tf.Tensor, tf.Tensor]:
        """Makes a batch.

        Args:
            indices: As in `PlannedBatches`. A row of filler shows an image that there is.
            boundary: As in `PlannedBatches`.

        Returns:
            `images` from 0 to 255, float32 `[rows, size, size, 1]`, and `seed`, int32 `[2]`; the probabilities of white that are to be
            found, float32 `[rows, size, size]`; and weights float32 `[rows]`, 0 for filler.
        """
        number = tf.shape(self._pixels, tf.int64)[0]
        pixels = tf.cast(tf.gather(self._pixels, indices % number), tf.float32)
        of_noise, of_pixels = (tf.stack([seed, tf.cast(indices[0], tf.int32)]) for seed in self._seeds)
        if self._binarize:
            pixels = tf.where(255 * tf.random.stateless_uniform(tf.shape(pixels), of_pixels) < pixels, 255.0, 0.0)
        weights = tf.cast(indices < number, tf.float32)
        return {"images": pixels, "seed": of_noise}, tf.squeeze(pixels, -1) / 255, weights

    def _seeds_of(self, epoch: int) -> np.ndarray:
        return np.random.default_rng([self.plan.seed, epoch]).integers(2**31, size=2, dtype=np.int32)
