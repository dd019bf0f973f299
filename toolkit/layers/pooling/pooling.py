"""What the pooling layers have in common."""

import keras
from keras import ops


class Pooling(keras.layers.Layer):
    """From a sequence `[batch, time, features]` to one vector `[batch, features]`.

    Masked steps count for nothing, and a row of padding alone gives zeros. A subclass defines `pool(sequences, mask)`, where `mask` is
    boolean `[batch, time, 1]`.
    """

    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self.supports_masking = True

    def call(self, sequences, mask=None):
        """Returns the pooled vectors; `mask` is boolean `[batch, time]`, all `True` by default."""
        if mask is None:
            mask = ops.ones(ops.shape(sequences)[:2], dtype="bool")
        return self.pool(ops.cast(sequences, self.compute_dtype), ops.expand_dims(ops.cast(mask, "bool"), -1))

    def compute_mask(self, inputs, previous_mask=None):
        """Returns no mask: the time axis is gone."""

    def compute_output_shape(self, sequences_shape):
        """Returns `(batch, features)`."""
        return sequences_shape[0], sequences_shape[-1]
