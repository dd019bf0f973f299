"""Mean pooling over time."""

import keras
from keras import ops

from toolkit.layers.pooling.pooling import Pooling
from toolkit.layers.precision import at_least_single


@keras.saving.register_keras_serializable(package="toolkit")
class MeanOverTime(Pooling):
    """The mean of each feature over the tokens of a row: `y_j = (1/T) Σ_t x_tj`."""

    def pool(self, sequences, mask):
        """Returns `[batch, features]` from `[batch, time, features]`."""
        dtype = at_least_single(sequences.dtype)
        weights = ops.cast(mask, dtype)
        total = ops.sum(ops.cast(sequences, dtype) * weights, axis=1)
        return ops.cast(total / ops.maximum(ops.sum(weights, axis=1), 1), sequences.dtype)
