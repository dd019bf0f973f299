"""Truncated backpropagation through time over windows of a long text."""

import keras
import tensorflow as tf

from toolkit.arguments import check_positive_integer
from toolkit.models.language_model import LanguageModel
from toolkit.training.sampled_softmax import SampledSoftmax


class CarriedState(keras.Model):
    """A language model that begins each window where it ended the one before; what `fit` trains.

    The gradient does not leave the window: it is truncated backpropagation with k₁ = k₂ = the length of a window. The states are
    variables, so a checkpoint holds them and a resumed training goes on in the middle of a text.

    Args:
        model: Built language model.
        rows: Rows of every batch, in training as in validation.
        samples: Classes that a training step compares with its labels, see `SampledSoftmax`; `None` for all.
        seed: Seed of what is sampled.

    Call arguments:
        inputs: Tokens, int32 `[rows, time]`, and whether the state of a row is to be zero before its window, bool `[rows]`.
        training: Whether dropout is on.
        return_features: As in `LanguageModel`.

    Returns:
        What the model returns, without the state.

    Raises:
        ValueError: `rows` or `samples` is not a positive integer.

    Source: Williams & Peng 1990, "An efficient gradient-based algorithm for on-line training of recurrent network trajectories"; Mikolov
    et al. 2010, "Recurrent neural network based language model".
    """

    def __init__(self, model: LanguageModel, rows: int, samples: int | None = None, seed: int | None = None):
        check_positive_integer("rows", rows)
        super().__init__(name="carried_state")
        self.model = model
        self.sampling_seed = keras.random.SeedGenerator(seed)  # kept here, it is in the checkpoints
        self.sampled_softmax = None if samples is None else SampledSoftmax(samples, self.sampling_seed)
        sizes = [part.shape[1] for part in tf.nest.flatten(model.initial_state(1))]
        self.carried = [
            self.add_weight(shape=(rows, size), initializer="zeros", trainable=False, name=f"state_{i}") for i, size in enumerate(sizes)
        ]
        self.built = True
        self.supports_jit = False  # as the model

    @property
    def projection(self) -> tuple:
        """That of the model."""
        return self.model.projection

    def call(self, inputs, training=False, return_features=False):
        """Reads a window; see the class."""
        tokens, first = inputs
        kept = [tf.where(first[:, tf.newaxis], 0.0, part) for part in self.carried]
        state = tf.nest.pack_sequence_as(self.model.initial_state(1), kept)
        outputs, state = self.model(tokens, state=state, training=training, return_features=return_features)
        for part, new in zip(self.carried, tf.nest.flatten(state), strict=True):
            part.assign(new)
        return outputs
