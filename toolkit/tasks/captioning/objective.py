"""What a model that writes captions is trained for."""

import keras
import tensorflow as tf

from toolkit.arguments import check_not_negative
from toolkit.training.losses import sparse_cross_entropy
from toolkit.training.objective import LogitsObjective


class CaptionObjective(LogitsObjective):
    """The cross-entropy of the next word, how many words are right, and a penalty on attention that is spread unevenly.

    The penalty of a caption is

        λ / P · Σ_s (1 - Σ_t α_ts)²

    so that the words of a caption together look at each of the P places of the image about once. Xu's penalty is the sum over the places;
    this is their mean, so that λ means the same at any size of image.

    Args:
        doubly_stochastic: λ.

    Raises:
        ValueError: λ is below 0.

    Source: Xu et al. 2015, "Show, attend and tell", equation 14.
    """

    def __init__(self, doubly_stochastic: float = 0.0):
        check_not_negative("doubly_stochastic", doubly_stochastic)
        super().__init__({"loss": sparse_cross_entropy, "accuracy": keras.metrics.sparse_categorical_accuracy})
        self.doubly_stochastic = doubly_stochastic

    def sums(self, model: keras.Model, inputs, labels, weights: tf.Tensor, training: bool) -> dict[str, tf.Tensor]:
        """Returns both, summed over the words; the penalty is part of the loss in training only, so that losses can be compared."""
        outputs = model(inputs, training=training)
        sums = self.of_logits(outputs["logits"], labels, weights)
        if training and self.doubly_stochastic:
            sums["loss"] += self.doubly_stochastic * tf.reduce_sum(unevenness(outputs["attention"], labels, weights))
        return sums


def unevenness(attention: tf.Tensor, labels: tf.Tensor, weights: tf.Tensor) -> tf.Tensor:
    """Returns how far the attention of all words of a caption together is from 1, `[rows, captions]`: the mean of squares over the places.

    Args:
        attention: `[rows, captions, steps, places]`.
        labels: int32 `[rows, captions, steps]`, 0 after the end of a caption.
        weights: `[rows, captions, steps]`; of a caption that has none above 0, as in a row of filler, nothing is counted.
    """
    written = tf.cast(tf.not_equal(labels, 0), attention.dtype)
    looked = tf.reduce_sum(attention * tf.expand_dims(written, -1), -2)
    counts = tf.cast(tf.reduce_any(weights > 0, -1), attention.dtype)
    return tf.cast(counts * tf.reduce_mean(tf.square(1 - looked), -1), weights.dtype)
