"""Word dropout."""

import keras
from keras import ops

from toolkit.arguments import check_rate


@keras.saving.register_keras_serializable(package="toolkit")
class WordDropout(keras.layers.Layer):
    """Replaces tokens by the unknown token while training, so that no single word decides.

    Padding stays padding, so the mask does not change.

    Args:
        rate: Share of the tokens to replace, in [0, 1).
        unknown_id: Id of the unknown token.
        pad_id: Id of the padding.
        seed: Seed of the random draws.
        **kwargs: As in `keras.layers.Layer`.

    Call arguments:
        tokens: Integers `[batch, time]`.
        training: Whether to replace.

    Raises:
        ValueError: `rate` is out of range.

    Source: Iyyer et al. 2015, "Deep unordered composition rivals syntactic methods for text classification".
    """

    def __init__(self, rate: float, unknown_id: int = 1, pad_id: int = 0, seed: int | None = None, **kwargs):
        check_rate("rate", rate)
        super().__init__(**kwargs)
        self.rate = rate
        self.unknown_id = unknown_id
        self.pad_id = pad_id
        self.seed = seed
        self.seed_generator = keras.random.SeedGenerator(seed)
        self.built = True

    def call(self, tokens, training=False):
        """Returns the tokens, some of them replaced."""
        if not training or not self.rate:
            return tokens
        dropped = keras.random.uniform(ops.shape(tokens), dtype="float32", seed=self.seed_generator) < self.rate
        return ops.where(ops.logical_and(dropped, tokens != self.pad_id), ops.cast(self.unknown_id, tokens.dtype), tokens)

    def compute_output_shape(self, tokens_shape):
        """Returns the shape of the tokens."""
        return tokens_shape

    def get_config(self):
        """Returns the constructor's arguments."""
        return {**super().get_config(), "rate": self.rate, "unknown_id": self.unknown_id, "pad_id": self.pad_id, "seed": self.seed}
