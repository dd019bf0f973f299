"""A softmax over so many classes that training looks only at some of them."""

import math

import keras
import tensorflow as tf

from toolkit.arguments import check_positive_integer


class SampledSoftmax:
    """The cross-entropy of each label against a random sample of the classes instead of all.

        loss = log(exp s_y + Σ_{k in sample, k ≠ y} exp s_k / (n q_k)) - s_y,    s_k = w_k · h + b_k

    n classes are drawn for the whole batch, with replacement, with probabilities q_k that fall with k as words do by Zipf's law: ids are
    taken to go from the frequent to the rare, as those of a tokenizer do. Divided by how often a class is expected, the sum has the
    expectation of that over all classes, so the loss is an estimate of that of the full softmax, which evaluation uses.

    Args:
        samples: n.
        seed: Of the draws: a number, or a `keras.random.SeedGenerator` that a model keeps.

    Raises:
        ValueError: `samples` is not a positive integer.

    Source: Bengio & Senécal 2008, "Adaptive importance sampling to accelerate training of a neural probabilistic language model".
    """

    def __init__(self, samples: int, seed: int | keras.random.SeedGenerator | None = None):
        check_positive_integer("samples", samples)
        self.samples = samples
        self.seed_generator = seed if isinstance(seed, keras.random.SeedGenerator) else keras.random.SeedGenerator(seed)

    def sums(self, features, kernel, bias, labels, weights) -> dict[str, tf.Tensor]:
        """Returns the weighted sum of the losses as `loss`, with gradients.

        Args:
            features: `[..., features]`.
            kernel: `[classes, features]`.
            bias: `[classes]`.
            labels: Integers `[...]`.
            weights: `[...]`; rows of 0 are left out.
        """
        classes = kernel.shape[0]
        real = tf.where(tf.reshape(weights, [-1]) > 0)[:, 0]
        features, labels, weights = (
            tf.gather(tf.reshape(part, shape), real)
            for part, shape in ((features, [-1, features.shape[-1]]), (labels, [-1]), (weights, [-1]))
        )
        drawn = self._draw(classes)
        log_counts = math.log(self.samples) + _log_probability(tf.range(classes), classes)
        return {"loss": tf.reduce_sum(weights * sampled_cross_entropy(features, kernel, bias, labels, drawn, log_counts))}

    def _draw(self, classes: int) -> tf.Tensor:
        u = keras.random.uniform((self.samples,), seed=self.seed_generator)
        return tf.minimum(tf.cast(tf.exp(u * math.log(classes + 1)), tf.int32) - 1, classes - 1)


def sampled_cross_entropy(features, kernel, bias, labels, sample, log_counts) -> tf.Tensor:
    """Returns the loss of each row against a sample of the classes.

    Args:
        features: `[rows, features]`.
        kernel: `[classes, features]`.
        bias: `[classes]`.
        labels: Integers `[rows]`.
        sample: Classes, `[samples]`; what is the label of a row is no rival in that row.
        log_counts: Logarithm of how often each class is expected in the sample, `[classes]`.
    """
    of_label = tf.reduce_sum(features * tf.gather(kernel, labels), -1) + tf.gather(bias, labels)
    of_sample = tf.matmul(features, tf.gather(kernel, sample), transpose_b=True) + tf.gather(bias - log_counts, sample)
    of_sample = tf.where(sample == labels[:, tf.newaxis], of_sample.dtype.min, of_sample)
    return tf.reduce_logsumexp(tf.concat([of_label[:, tf.newaxis], of_sample], 1), 1) - of_label


def _log_probability(ids: tf.Tensor, classes: int) -> tf.Tensor:
    """Returns log q_k, q_k = log((k + 2) / (k + 1)) / log(classes + 1)."""
    k = tf.cast(ids, tf.float32)
    return tf.math.log(tf.math.log1p(1 / (k + 1)) / math.log(classes + 1))
