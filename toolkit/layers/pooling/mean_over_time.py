"""Mean pooling over time."""

import keras
from keras import ops

from toolkit.layers.pooling.pooling import Pooling


@keras.saving.register_keras_serializable(package="toolkit")
class MeanOverTime(Pooling):
    """The mean of each feature over the tokens of a row: `y_j = (1/T) Σ_t x_tj`."""

    def pool(self, sequences, mask):
        """Returns `[batch, features]` from `[batch, time, features]`."""
        weights = ops.cast(mask, sequences.dtype)
        return ops.sum(sequences * weights, axis=1) / ops.maximum(ops.sum(weights, axis=1), 1)
