"""From a translator and pairs of texts to their likelihood."""

import keras
import tensorflow as tf

from toolkit.data.parallel_texts.pair_batches import PairBatches
from toolkit.tasks.translation.functions import scoring_function


def corpus_nats(model: keras.Model, batches: PairBatches) -> tuple[float, int]:
    """Returns the negative log-likelihood of targets, given their sources, under a model that reads the true tokens before each.

        -Σ log p(y_t | y_{<t}, x)

    Divided by the number of tokens, its exponential is the perplexity.

    Args:
        model: From (source int32 `[batch, positions]`, target int32 `[batch, steps]`) to the logits of the next token at each step, such
            as a `Translator`.
        batches: The pairs; each is counted once.

    Returns:
        Nats, and the number of tokens they are the sum over. The end of each target is a token too.
    """
    score, nats, tokens = scoring_function(model, batches.begin_id), 0.0, 0
    for (source, _), target, weights in batches.batches(0):
        nats -= float(tf.reduce_sum(score(source, target)["scores"]))
        tokens += int(tf.math.count_nonzero(weights))
    return nats, tokens
