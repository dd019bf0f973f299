"""What a model that tags frames is trained for."""

import keras
import tensorflow as tf

from toolkit.training.losses import sparse_cross_entropy
from toolkit.training.objective import LogitsObjective


class FrameObjective(LogitsObjective):
    """The cross-entropy of the labels of all frames, and how many are right; in training also that of the labels from one frame each.

    The second one is part of what is minimised and no part of the `loss` that is reported.
    """

    def __init__(self):
        super().__init__({"loss": sparse_cross_entropy, "accuracy": keras.metrics.sparse_categorical_accuracy})

    def sums(self, model: keras.Model, inputs, labels, weights: tf.Tensor, training: bool) -> dict[str, tf.Tensor]:
        """Returns both, summed over the frames."""
        outputs = model(inputs, training=training)
        sums = self.of_logits(outputs["logits"], labels, weights)
        if training and "frame_logits" in outputs:
            alone = self.of_logits(outputs["frame_logits"], labels, weights)["loss"]
            sums["loss"] += alone - tf.stop_gradient(alone)
        return sums
