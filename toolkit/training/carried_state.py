"""Truncated backpropagation through time over windows of a long text."""

from collections.abc import Sequence

import keras
import tensorflow as tf

from toolkit.arguments import check_positive_integer
from toolkit.models.language_model import LanguageModel


class CarriedState(keras.Model):
    """A language model that begins each window where it ended the one before; what `fit` trains.

    The gradient does not leave the window: it is truncated backpropagation with k₁ = k₂ = the length of a window. The states are
    variables, so a checkpoint holds them and a resumed training goes on in the middle of a text.

    Args:
        model: Built language model.
        rows: Rows of every batch, in training as in validation.
        variables: Those of the objective that it is trained for, kept here for the checkpoints.

    Call arguments:
        inputs: Tokens, int32 `[rows, time]`, and whether the state of a row is to be zero before its window, bool `[rows]`.
        training: Whether dropout is on.
        return_features: As in `LanguageModel`.

    Returns:
        What the model returns, without the state.

    Raises:
        ValueError: `rows` is not a positive integer.

    Source: Williams & Peng 1990, "An efficient gradient-based algorithm for on-line training of recurrent network trajectories"; Mikolov
    et al. 2010, "Recurrent neural network based language model".
    """

    def __init__(self, model: LanguageModel, rows: int, variables: Sequence[keras.Variable] = ()):
        check_positive_integer("rows", rows)
        super().__init__(name="carried_state")
        self.model = model
        sizes = [part.shape[1] for part in tf.nest.flatten(model.initial_state(1))]
        self.carried = [
            self.add_weight(shape=(rows, size), initializer="zeros", trainable=False, name=f"state_{i}") for i, size in enumerate(sizes)
        ]
        self.kept_variables = list(variables)  # Keras finds them by this attribute
        self.built = True
        self.supports_jit = False  # as the model

    @property
    def projection(self) -> tuple:
        """That of the model."""
        return self.model.projection

    def call(self, inputs, training=False, return_features=False):
        """Reads a window; see the class."""
        tokens, first = inputs
        kept = [tf.where(first[:, tf.newaxis], tf.zeros_like(part), part) for part in map(tf.convert_to_tensor, self.carried)]
        state = tf.nest.pack_sequence_as(self.model.initial_state(1), kept)
        outputs, state = self.model(tokens, state=state, training=training, return_features=return_features)
        for part, new in zip(self.carried, tf.nest.flatten(state), strict=True):
            part.assign(new)
        return outputs
