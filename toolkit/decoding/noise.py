"""Gumbel noise for sampling."""

from collections.abc import Callable

import numpy as np
import tensorflow as tf


def gumbel_noise(seed) -> Callable[[tf.Tensor, tf.Tensor], tf.Tensor]:
    """Returns a source of noise that the seed determines.

    g = -log(-log u), u uniform in (0, 1)

    Args:
        seed: An integer, or a scalar tensor, so that a graph can take it as input.

    Returns:
        `(t, shape) -> noise`, float32 of that shape: the same for the same seed, t and shape. It runs in Python and in a SavedModel.
        LiteRT has no such operator: there, noise is an input.

    Source: Maddison, Tarlow & Minka 2014, "A* sampling".
    """
    tiny = np.finfo(np.float32).tiny  # log 0 is no number

    def noise(t: tf.Tensor, shape: tf.Tensor) -> tf.Tensor:
        uniform = tf.random.stateless_uniform(shape, tf.stack([tf.cast(seed, tf.int32), t]), minval=tiny)
        return -tf.math.log(-tf.math.log(uniform))

    return noise
