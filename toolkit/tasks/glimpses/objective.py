"""What a model that chooses its glimpses is trained for."""

import keras
import tensorflow as tf

from toolkit.training.losses import sparse_cross_entropy
from toolkit.training.objective import Objective


class GlimpseObjective(Objective):
    """The cross-entropy of the labels, and the places of glimpses that led to the right ones.

        R_t = mean of the rewards of the object that glimpse t belongs to, and of all after it; a right label is worth 1, any other 0
        minimised: -Σ log p(label) - mean_t (R_t - b_t) log N(l_t; μ_t, σ²) + mean_t (R_t - b_t)²

    where b is the model's `baseline`, which neither the first nor the second term changes. What is reported as `loss` is the
    cross-entropy, in training as in validation: the others have no meaning as numbers.

    Source: Williams 1992, "Simple statistical gradient-following algorithms for connectionist reinforcement learning"; Mnih et al. 2014.
    """

    names = ("loss", "accuracy")

    def sums(self, model: keras.Model, inputs, labels, weights: tf.Tensor, training: bool) -> dict[str, tf.Tensor]:
        """Returns the cross-entropy of an image's labels, and the share of them that is right, summed over the images."""
        outputs = model(inputs, training=training)
        labels = tf.ensure_shape(labels, outputs["logits"].shape[:2])
        right = tf.cast(tf.equal(tf.argmax(outputs["logits"], -1, labels.dtype), labels), weights.dtype)
        loss = tf.reduce_mean(sparse_cross_entropy(labels, outputs["logits"]), -1)
        if training:
            search = _search_loss(outputs, tf.cast(right, loss.dtype), model.num_glimpses, model.location_deviation)
            loss += search - tf.stop_gradient(search)
        return {
            "loss": tf.reduce_sum(weights * tf.cast(loss, weights.dtype)),
            "accuracy": tf.reduce_sum(weights * tf.reduce_mean(right, -1)),
        }


def _search_loss(outputs, rewards: tf.Tensor, glimpses: int, deviation: float) -> tf.Tensor:
    """Returns what teaches where to look, and its baseline, `[rows]`, from rewards `[rows, objects]`."""
    left = tf.range(rewards.shape[1], 0, -1, dtype=rewards.dtype)  # objects that are still to come, with the one at hand
    returns = tf.repeat(tf.cumsum(rewards, axis=1, reverse=True) / left, glimpses, axis=1)
    advantage = tf.cast(returns, outputs["baseline"].dtype) - outputs["baseline"]
    distance = tf.reduce_sum(tf.square((outputs["locations"] - outputs["means"]) / deviation), -1)
    return tf.reduce_mean(tf.stop_gradient(advantage) * distance / 2 + tf.square(advantage), -1)
