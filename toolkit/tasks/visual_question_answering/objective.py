"""What a model that answers questions is trained for."""

import keras
import tensorflow as tf

from toolkit.training.losses import sparse_cross_entropy
from toolkit.training.objective import LogitsObjective


class AnswerObjective(LogitsObjective):
    """The cross-entropy of the answer, and how many are right."""

    def __init__(self):
        super().__init__({"loss": sparse_cross_entropy, "accuracy": keras.metrics.sparse_categorical_accuracy})

    def sums(self, model: keras.Model, inputs, labels, weights: tf.Tensor, training: bool) -> dict[str, tf.Tensor]:
        """Returns both, summed over the questions."""
        return self.of_logits(model(inputs, training=training)["logits"], labels, weights)
