"""Variational dropout."""

import keras

from toolkit.arguments import check_rate


@keras.saving.register_keras_serializable(package="toolkit")
class VariationalDropout(keras.layers.SpatialDropout1D):
    """Drops features for a whole sequence: one mask per row, the same at every step.

        y_t = m ⊙ x_t / (1 - rate),   m_j ~ Bernoulli(1 - rate), drawn once per sequence

    A mask drawn anew at every step would add noise that the recurrence amplifies; one mask per sequence does not.

    Args:
        rate: Share of the features to drop, in [0, 1).
        **kwargs: `seed`, and as in `keras.layers.Layer`.

    Call arguments:
        inputs: `[batch, time, features]`.
        training: Whether to drop.

    Raises:
        ValueError: `rate` is out of range.

    Source: Gal & Ghahramani 2016, "A theoretically grounded application of dropout in recurrent neural networks".
    """

    def __init__(self, rate: float, **kwargs):
        check_rate("rate", rate)
        super().__init__(rate, **kwargs)
        self.supports_masking = True

    def get_config(self):
        """Returns the constructor's arguments."""
        return {**super().get_config(), "dtype": keras.dtype_policies.serialize(self.dtype_policy)}  # Keras keeps the variables' alone
