"""What a tagger is trained for."""

import keras
import tensorflow as tf

from toolkit.tasks.tagging.crf import negative_log_likelihood
from toolkit.tasks.tagging.functions import chain_of, decode
from toolkit.training.losses import sparse_cross_entropy
from toolkit.training.objective import Objective


class TaggingObjective(Objective):
    """The likelihood of the tags of whole sentences, with a conditional random field, or else of each tag; reported for each word.

    Validation measures the accuracy of the tags that are decoded, too.
    """

    names = ("loss", "accuracy")

    def sums(self, model: keras.Model, inputs, labels, weights: tf.Tensor, training: bool) -> dict[str, tf.Tensor]:
        """Returns the loss of all words, and how many tags are right."""
        logits, chain, mask = model(inputs, training=training), chain_of(model), weights > 0
        if chain is None:
            nats = weights * tf.cast(sparse_cross_entropy(labels, logits), weights.dtype)
        else:
            nats = tf.cast(negative_log_likelihood(logits, labels, mask, chain), weights.dtype)
        if training:
            return {"loss": tf.reduce_sum(nats)}
        tags, _ = decode(model, logits, mask)
        return {"loss": tf.reduce_sum(nats), "accuracy": tf.reduce_sum(weights * tf.cast(tags == labels, weights.dtype))}
