"""From a translator and pairs of texts to their likelihood."""

import keras
import numpy as np

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
    nats, tokens = pair_nats(model, batches)
    return float(nats.sum()), int(tokens.sum())


def pair_nats(model: keras.Model, batches: PairBatches) -> tuple[np.ndarray, np.ndarray]:
    """Returns what `corpus_nats` is the sum of: nats and tokens of each pair, float64 and int64 `[pairs]`, in any order.

    Args:
        model: As for `corpus_nats`.
        batches: Likewise.
    """
    score, nats, tokens = scoring_function(model, batches.begin_id), [], []
    for (source, _), target, weights in batches.batches(0):
        count = np.count_nonzero(weights, axis=-1)
        nats.append(-score(source, target)["scores"].numpy().astype(np.float64)[count > 0])  # the others are filler
        tokens.append(count[count > 0])
    return np.concatenate([np.zeros(0), *nats]), np.concatenate([np.zeros(0, np.int64), *tokens])
