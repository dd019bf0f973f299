"""Max pooling over time."""

import keras
import tensorflow as tf
from keras import ops

from toolkit.layers.pooling.pooling import Pooling


@keras.saving.register_keras_serializable(package="toolkit")
class MaxOverTime(Pooling):
    """The largest value of each feature over the tokens of a row: `y_j = max_t x_tj`.

    Source: Collobert & Weston 2008; Johnson & Zhang 2016 for recurrent features.
    """

    def pool(self, sequences, mask):
        """Returns `[batch, features]` from `[batch, time, features]`."""
        lowest = ops.full_like(sequences, tf.as_dtype(sequences.dtype).min)
        largest = ops.max(ops.where(mask, sequences, lowest), axis=1)
        return ops.where(ops.any(mask, axis=1), largest, ops.zeros_like(largest))
