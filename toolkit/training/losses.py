"""Losses of logits, each `(labels, logits) -> values` as `fit` takes them."""

import tensorflow as tf

from toolkit.arguments import check_rate


def sparse_cross_entropy(labels: tf.Tensor, logits: tf.Tensor) -> tf.Tensor:
    """Returns -log p of each label.

    Args:
        labels: Integers `[...]`.
        logits: `[..., classes]`.

    Returns:
        Nats, of the shape of the labels.
    """
    return tf.nn.sparse_softmax_cross_entropy_with_logits(labels, logits)


class SmoothedCrossEntropy:
    """The cross-entropy with a target that gives each class, right or wrong, a part of the share ε.

        loss = -Σ_k q_k log p_k,    q_k = (1 - ε) [k = label] + ε / K

    Called like a function: `(labels, logits) -> values`, shapes as for `sparse_cross_entropy`. The gradient, p - q, is written out: it is
    made in the memory of p.

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
        return self._smoothed(labels, logits) if self.smoothing else sparse_cross_entropy(labels, logits)

    def _smoothed(self, labels, logits):
        ε, classes = self.smoothing, logits.shape[-1]

        @tf.custom_gradient
        def loss(logits):
            log_p = tf.nn.log_softmax(logits)
            of_label = tf.gather(log_p, labels, batch_dims=labels.shape.rank)
            value = -(1 - ε) * of_label - ε * tf.reduce_mean(log_p, -1)

            def gradient(δ):
                rows = tf.reshape(labels, [-1, 1])
                places = tf.concat([tf.expand_dims(tf.range(tf.shape(rows)[0]), 1), tf.cast(rows, tf.int32)], 1)
                q = tf.fill([tf.shape(rows)[0]], tf.constant(1 - ε, logits.dtype))
                p_minus_q = tf.tensor_scatter_nd_sub(tf.reshape(tf.exp(log_p) - ε / classes, [-1, classes]), places, q)
                return tf.expand_dims(δ, -1) * tf.reshape(p_minus_q, tf.shape(logits))

            return value, gradient

        return loss(logits)
