"""Shortening long texts inside a model."""

import keras
from keras import ops

from toolkit.arguments import check_integer


@keras.saving.register_keras_serializable(package="toolkit")
class CropMiddle(keras.layers.Layer):
    """Drops the middle of a text that is too long, as `toolkit.data.batching.crop` does: beginning and end say more.

    Args:
        max_length: Tokens to keep, at least 2: the first `max_length // 2`, and from the end the others.
        **kwargs: As in `keras.layers.Layer`.

    Call arguments:
        tokens: Token ids, integers `[batch, time]`, 0 after the end of a text.

    Returns:
        Token ids `[batch, min(time, max_length)]`.

    Raises:
        InvalidArgument: `max_length` is below 2.
    """

    def __init__(self, max_length: int, **kwargs):
        check_integer("max_length", max_length, 2)
        super().__init__(**kwargs)
        self.max_length = max_length

    def call(self, tokens):
        """Returns what is kept."""
        batch, time = ops.shape(tokens)[:2]
        if isinstance(time, int) and time <= self.max_length:
            return tokens
        surplus = ops.maximum(ops.sum(ops.cast(tokens > 0, "int32"), axis=1, keepdims=True) - self.max_length, 0)
        places = ops.expand_dims(ops.arange(time, dtype="int32")[: self.max_length], 0)
        places = ops.where(places < self.max_length // 2, places, places + surplus)
        rows = ops.expand_dims(ops.arange(batch, dtype="int32"), 1)
        return ops.take(ops.reshape(tokens, (-1,)), rows * time + places)

    def compute_output_shape(self, tokens_shape):
        """Returns the shape of what is kept."""
        batch, time = tokens_shape
        return (batch, None if time is None else min(time, self.max_length))

    def get_config(self):
        """Returns the constructor's arguments."""
        return {**super().get_config(), "max_length": self.max_length}
