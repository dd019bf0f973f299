"""Attention pooling over time."""

import keras
from keras import ops

from toolkit.arguments import check_positive_integer
from toolkit.layers.pooling.pooling import Pooling


@keras.saving.register_keras_serializable(package="toolkit")
class AttentionOverTime(Pooling):
    """A weighted mean over the tokens of a row, with weights that the model learns.

        e_t = vᵀ tanh(W x_t + b)      α = softmax(e)      y = Σ_t α_t x_t

    Args:
        units: Size of the hidden layer of the score.
        **kwargs: As in `keras.layers.Layer`.

    Raises:
        ValueError: `units` is not a positive integer.

    Source: Yang et al. 2016, "Hierarchical attention networks for document classification", equations 5-7.
    """

    def __init__(self, units: int, **kwargs):
        check_positive_integer("units", units)
        super().__init__(**kwargs)
        self.units = units
        self.hidden = keras.layers.Dense(units, activation="tanh", dtype=self.dtype_policy, name="hidden")
        self.score = keras.layers.Dense(1, use_bias=False, dtype=self.dtype_policy, name="score")

    def build(self, sequences_shape):
        """Makes the weights of the score."""
        self.hidden.build(sequences_shape)
        self.score.build((*sequences_shape[:-1], self.units))

    def pool(self, sequences, mask):
        """Returns `[batch, features]` from `[batch, time, features]`."""
        return ops.sum(self.attention(sequences, mask) * sequences, axis=1)

    def attention(self, sequences, mask):
        """Returns α, `[batch, time, 1]`: how much each step counts; 0 where the mask, `[batch, time, 1]`, is false."""
        scores = self.score(self.hidden(sequences))
        scores = ops.where(mask, scores, ops.full_like(scores, -1e4))
        return ops.softmax(scores, axis=1) * ops.cast(mask, scores.dtype)

    def get_config(self):
        """Returns the constructor's arguments."""
        return {**super().get_config(), "units": self.units}
