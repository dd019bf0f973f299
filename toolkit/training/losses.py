"""Losses of logits, each `(labels, logits) -> values` as `fit` takes them."""

from collections.abc import Callable

import tensorflow as tf

from toolkit.arguments import check_rate

Measure = Callable[[tf.Tensor, tf.Tensor], tf.Tensor]


def sparse_cross_entropy(labels: tf.Tensor, logits: tf.Tensor) -> tf.Tensor:
    """Returns -log p of each label.

    Args:
        labels: Integers `[...]`.
        logits: `[..., classes]`.

    Returns:
        Nats, of the shape of the labels.
    """
    return tf.nn.sparse_softmax_cross_entropy_with_logits(labels, logits)


def cross_entropy(labels: tf.Tensor, logits: tf.Tensor) -> tf.Tensor:
    """Returns -log p of each label, or -Σ_k q_k log p_k where labels are probabilities q.

    Args:
        labels: Integers `[...]`, or probabilities `[..., classes]`.
        logits: `[..., classes]`.

    Returns:
        Nats `[...]`.
    """
    if labels.shape.rank < logits.shape.rank:
        return sparse_cross_entropy(labels, logits)
    return tf.nn.softmax_cross_entropy_with_logits(tf.cast(labels, logits.dtype), logits)


def accuracy(labels: tf.Tensor, logits: tf.Tensor) -> tf.Tensor:
    """Returns 1 where the label, or the one of the highest probability, has the largest logit, else 0; arguments as `cross_entropy`."""
    if labels.shape.rank == logits.shape.rank:
        labels = tf.argmax(labels, -1)
    return tf.cast(tf.equal(tf.cast(labels, tf.int64), tf.argmax(logits, -1)), tf.float32)


class SmoothedCrossEntropy:
    """The cross-entropy with a target that gives each class, right or wrong, a part of the share ε.

        loss = -Σ_k q_k log p_k,    q_k = (1 - ε) [k = label] + ε / K

    Called like a function: `(labels, logits) -> values`, shapes as for `sparse_cross_entropy`.

    Args:
        smoothing: ε, in [0, 1).

    Raises:
        ValueError: `smoothing` is out of range.

    Source: Szegedy et al. 2016, "Rethinking the Inception architecture for computer vision", section 7.
    """

    def __init__(self, smoothing: float):
        check_rate("smoothing", smoothing)
        self.smoothing = smoothing

    def __call__(self, labels: tf.Tensor, logits: tf.Tensor) -> tf.Tensor:
        """Returns the loss of each label."""
        loss = sparse_cross_entropy(labels, logits)
        if not self.smoothing:
            return loss
        # For all classes instead of one label: log Σ_k exp z_k - mean z. Only the term of the label changes.
        of_label = tf.gather(logits, labels, batch_dims=labels.shape.rank)
        return loss + self.smoothing * (of_label - tf.reduce_mean(logits, -1))
