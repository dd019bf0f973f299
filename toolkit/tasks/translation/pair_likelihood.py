"""From a translator and pairs of texts to their likelihood."""

import keras
import tensorflow as tf

from toolkit.data.parallel_texts.pair_batches import PairBatches
from toolkit.layers.recurrent.time_loop import backend


def corpus_nats(model: keras.Model, batches: PairBatches, loop: str = "graph") -> tuple[float, int]:
    """Returns the negative log-likelihood of targets, given their sources, under a model that reads the true tokens before each.

        -Σ log p(y_t | y_{<t}, x)

    Divided by the number of tokens, its exponential is the perplexity.

    Args:
        model: From (source int32 `[batch, positions]`, target int32 `[batch, steps]`) to the logits of the next token at each step, such
            as a `Translator`.
        batches: The pairs; each is counted once.
        loop: Time-loop backend; `"graph"` compiles nothing when a new shape comes along.

    Returns:
        Nats, and the number of tokens they are the sum over. The end of each target is a token too.
    """
    tokens_spec, weights_spec = tf.TensorSpec([None, None], tf.int32), tf.TensorSpec([None, None], tf.float32)

    @tf.function(input_signature=[tokens_spec, tokens_spec, tokens_spec, weights_spec])
    def nats_of_batch(source, read, predicted, weights):
        with backend(loop):
            logits = tf.cast(model((source, read), training=False), tf.float32)
        return tf.reduce_sum(weights * tf.nn.sparse_softmax_cross_entropy_with_logits(predicted, logits))

    nats, tokens = 0.0, 0
    for (source, read), predicted, weights in batches.batches(0):
        nats += float(nats_of_batch(source, read, predicted, weights))
        tokens += int(tf.math.count_nonzero(weights))
    return nats, tokens
