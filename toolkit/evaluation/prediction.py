"""From a model and tokens to probabilities and likelihoods."""

from collections.abc import Callable, Sequence

import keras
import numpy as np
import tensorflow as tf

from toolkit.data.batching.batch_plan import BatchPlan, length_boundaries
from toolkit.data.parallel_texts.pair_batches import PairBatches
from toolkit.layers.recurrent.time_loop import backend


def probability_function(model: keras.Model, loop: str = "graph") -> Callable[[tf.Tensor], tf.Tensor]:
    """Returns the model with a softmax behind it, as one graph for any batch and length.

    Args:
        model: Classifier from token ids to logits.
        loop: Time-loop backend. `"graph"` compiles nothing when a new shape comes along, as they do when texts are served.

    Returns:
        A `tf.function` from int32 `[batch, time]` to float32 `[batch, labels]`.
    """

    @tf.function(input_signature=[tf.TensorSpec([None, None], tf.int32, name="tokens")])
    def probabilities(tokens):
        with backend(loop):
            return tf.nn.softmax(tf.cast(model(tokens, training=False), tf.float32))

    return probabilities


def predict_probabilities(
    probabilities: Callable[[np.ndarray], tf.Tensor], token_lists: Sequence[np.ndarray], tokens_per_batch: int = 16384
) -> np.ndarray:
    """Runs a classifier over texts of any length.

    Texts of similar length go together, so that little is computed for padding.

    Args:
        probabilities: From `probability_function`.
        token_lists: Token ids of each text.
        tokens_per_batch: Size of a batch, padding included.

    Returns:
        float32 `[len(token_lists), labels]`, in the order of the texts.
    """
    lengths = [len(ids) for ids in token_lists]
    plan = BatchPlan(lengths, length_boundaries(max([*lengths, 1])), tokens_per_batch, shuffle=False)
    results: list[np.ndarray] = [np.empty(0, np.float32)] * len(token_lists)
    for indices, boundary in plan.epoch(0):
        rows = indices[indices >= 0]
        padded = np.zeros((len(rows), boundary), np.int32)
        for row, index in zip(padded, rows, strict=True):
            row[: lengths[index]] = token_lists[index]
        for index, result in zip(rows, probabilities(padded).numpy(), strict=True):
            results[index] = result
    return np.stack(results)


def corpus_nats(model: keras.Model, batches: PairBatches, loop: str = "graph") -> tuple[float, int]:
    """Returns the negative log-likelihood of targets, given their sources, under a model that reads the true tokens before each.

        -Σ log p(y_t | y_{<t}, x)

    Divided by the number of tokens, its exponential is the perplexity.

    Args:
        model: From (source int32 `[batch, positions]`, target int32 `[batch, steps]`) to the logits of the next token at each step, such
            as a `Translator`.
        batches: The pairs; each is counted once.
        loop: Time-loop backend, as in `probability_function`.

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
