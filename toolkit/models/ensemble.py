"""Several models that write, as one."""

from collections.abc import Sequence
from typing import Any

import keras
import tensorflow as tf

from toolkit.arguments import InvalidArgument


class Ensemble:
    """Models with `encode` and `step`, such as a `Translator`, that decode together.

    The logits of a token are the logarithm of the mean of its probabilities. The state is the tuple of their states, so there is no
    alignment.

    Args:
        models: The models, of the same target vocabulary.

    Raises:
        InvalidArgument: There is none.
    """

    def __init__(self, models: Sequence[keras.Model]):
        if not models:
            raise InvalidArgument("models", "at least one model", models)
        self.models = models

    def encode(self, source: tf.Tensor) -> tuple[Any, ...]:
        """Returns the states of all models from which decoding starts, of tokens `[batch, positions]`."""
        return tuple(model.encode(source) for model in self.models)

    def step(self, tokens: tf.Tensor, state: tuple[Any, ...]) -> tuple[tf.Tensor, tuple[Any, ...]]:
        """Decodes one step.

        Args:
            tokens: The tokens before, `[rows]`.
            state: The states.

        Returns:
            Log-probabilities float32 `[rows, vocabulary]`, and the next states.
        """
        found = [model.step(tokens, each) for model, each in zip(self.models, state, strict=True)]
        each = tf.stack([tf.nn.log_softmax(tf.cast(logits, tf.float32)) for logits, _ in found])
        return tf.reduce_logsumexp(each, axis=0) - tf.math.log(float(len(found))), tuple(state for _, state in found)
