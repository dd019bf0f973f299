"""Adversarial training: a model learns from each batch a second time, with its embedded tokens moved to where they do most harm."""

import keras
import tensorflow as tf

from toolkit.arguments import check_positive
from toolkit.layers.replacing import changed
from toolkit.models.embedding import embedding_of
from toolkit.training.objective import Objective

TINY = 1e-12


class AdversarialObjective(Objective):
    """The mean of an objective's loss on a batch and on the same batch, moved against it.

        r = ε s g / ‖g‖,    g = ∇_v L(v),    loss = (L(v) + L(v + r)) / 2

    v are the embedded tokens of one text and r what moves them, both `[time, dim]`, and L is the objective's loss. s is the root of the
    mean square of the numbers in v, over the batch: so a model cannot escape by making its vectors longer, which the paper prevents by
    normalising them. Validation, and what else is measured, is the objective's own. A step goes through the model twice, and back
    three times.

    Args:
        objective: What is made robust; its model has one embedding (`embedding_of`), which reads all of its inputs.
        norm: ε. With vectors of 256 numbers, 5 is about a third of the length of one token's vector, shared by all tokens of a text.

    Raises:
        InvalidArgument: `norm` is not positive.

    Source: Miyato, Dai & Goodfellow 2017, "Adversarial training methods for semi-supervised text classification", equations 2 and 5.
    """

    def __init__(self, objective: Objective, norm: float):
        check_positive("norm", norm)
        self.objective = objective
        self.norm = norm
        self.names = objective.names
        self.variables = objective.variables

    def sums(self, model: keras.Model, inputs, labels, weights: tf.Tensor, training: bool) -> dict[str, tf.Tensor]:
        """Returns the weighted sums of the objective; while training, `loss` is the mean of both."""
        if not training:
            return self.objective.sums(model, inputs, labels, weights, training)
        embedding, embedded = embedding_of(model), []
        with tf.GradientTape(watch_accessed_variables=False) as tape:

            def watched(vectors):
                tape.watch(vectors)
                embedded.append(vectors)
                return vectors

            with changed(embedding, watched):
                sums = self.objective.sums(model, inputs, labels, weights, training)
        gradient = tape.gradient(sums["loss"], embedded[0])
        moved_by = tf.stop_gradient(self.norm * _size(embedded[0], embedding.compute_mask(inputs)) * _unit(gradient))
        with changed(embedding, lambda vectors: vectors + tf.cast(moved_by, vectors.dtype)):
            harmed = self.objective.sums(model, inputs, labels, weights, training)
        return {**sums, "loss": (sums["loss"] + harmed["loss"]) / 2}


def _size(vectors: tf.Tensor, mask: tf.Tensor | None) -> tf.Tensor:
    """Returns the root of the mean square of the numbers in the vectors of all tokens, `[batch, time, dim]`, padding left out."""
    squares = tf.reduce_mean(tf.square(tf.cast(vectors, tf.float32)), axis=-1)
    there = tf.ones_like(squares) if mask is None else tf.cast(mask, tf.float32)
    return tf.sqrt(tf.math.divide_no_nan(tf.reduce_sum(squares * there), tf.reduce_sum(there)))


def _unit(gradient: tf.Tensor) -> tf.Tensor:
    """Returns the gradient of each text `[batch, time, dim]`, of length 1; zeros stay."""
    gradient = tf.cast(gradient, tf.float32)
    largest = tf.reduce_max(tf.abs(gradient), axis=[1, 2], keepdims=True)  # small weights have squares that are no float32 numbers
    gradient = tf.math.divide_no_nan(gradient, largest)
    return gradient / tf.maximum(tf.sqrt(tf.reduce_sum(tf.square(gradient), axis=[1, 2], keepdims=True)), TINY)
