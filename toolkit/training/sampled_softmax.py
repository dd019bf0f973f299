"""A softmax over so many classes that training looks only at some of them."""

from collections.abc import Sequence

import keras
import numpy as np
import tensorflow as tf

from toolkit.arguments import check_positive_integer
from toolkit.layers.matmul_precision import product
from toolkit.layers.precision import at_least_single
from toolkit.training.objective import Objective

EVENLY = 0.1  # share of the draws that does not look at the counts, so that no class is never drawn


class SampledSoftmax(Objective):
    """The cross-entropy of each label against a random sample of the classes instead of all.

        loss = log(exp s_y + Σ_{k in sample, k ≠ y} exp s_k / (n q_k)) - s_y,    s_k = w_k · h + b_k

    n classes are drawn for the whole batch, with replacement, with probabilities q_k: nine times out of ten as often as they come in the
    training text, else any of them. Divided by how often a class is expected, the sum has the expectation of that over all classes, so
    the loss is an estimate of that of the full softmax. It is a good one only if what is frequent is drawn often: a frequent class that is
    hardly ever a rival is never told that it is not the answer. A training step measures nothing else; validation is another objective's.

    Args:
        samples: n.
        counts: How often each class comes in the training text, `[classes]`.
        validation: What validation measures; the model is one for `ProjectedObjective`.
        seed: Of the draws.

    Raises:
        ValueError: `samples` is not a positive integer, or the counts are not numbers of at least 0 of which one is more.

    Source: Bengio & Senécal 2008, "Adaptive importance sampling to accelerate training of a neural probabilistic language model".
    """

    def __init__(self, samples: int, counts: Sequence[int] | np.ndarray, validation: Objective, seed: int | None = None):
        check_positive_integer("samples", samples)
        counts = np.asarray(counts, np.float64)
        if counts.ndim != 1 or not (counts >= 0).all() or not 0 < counts.sum() < np.inf:
            raise ValueError(
                f"Argument `counts` must be numbers of at least 0, one for each class, and not all 0. Received: shape={counts.shape}, "
                f"sum={counts.sum()}"
            )
        self.samples = samples
        self.probabilities = (1 - EVENLY) * counts / counts.sum() + EVENLY / len(counts)
        self.validation = validation
        self.names = validation.names
        self.seed_generator = keras.random.SeedGenerator(seed)
        self.variables = [self.seed_generator.state, *validation.variables]

    def sums(self, model: keras.Model, inputs, labels, weights: tf.Tensor, training: bool) -> dict[str, tf.Tensor]:
        """Returns the sum of the sampled losses in training, else the sums of the other objective."""
        if not training:
            return self.validation.sums(model, inputs, labels, weights, training=False)
        features = model(inputs, training=True, return_features=True)
        real = tf.where(tf.reshape(weights, [-1]) > 0)[:, 0]
        features, labels, weights = (
            tf.gather(tf.reshape(part, shape), real)
            for part, shape in ((features, [-1, features.shape[-1]]), (labels, [-1]), (weights, [-1]))
        )
        dtype = at_least_single(features.dtype)
        features, kernel, bias = (tf.cast(part, dtype) for part in (features, *model.projection))
        log_counts = tf.constant(np.log(self.samples * self.probabilities), dtype)
        losses = sampled_cross_entropy(features, kernel, bias, labels, self._draw(), log_counts)
        return {"loss": tf.reduce_sum(weights * tf.cast(losses, weights.dtype))}

    def _draw(self) -> tf.Tensor:
        u = keras.random.uniform((self.samples,), dtype="float64", seed=self.seed_generator)  # the rare are small parts of 1
        return tf.searchsorted(tf.constant(np.cumsum(self.probabilities)[:-1]), u, side="right")


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
    of_sample = product(features, tf.gather(kernel, sample), transpose_b=True) + tf.gather(bias - log_counts, sample)
    of_sample = tf.where(sample == labels[:, tf.newaxis], of_sample.dtype.min, of_sample)
    return tf.reduce_logsumexp(tf.concat([of_label[:, tf.newaxis], of_sample], 1), 1) - of_label
