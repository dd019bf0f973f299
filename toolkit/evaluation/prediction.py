"""From a model and tokens to probabilities."""

from collections.abc import Callable, Sequence

import keras
import numpy as np
import tensorflow as tf

from toolkit.data.batch_plan import BatchPlan, length_boundaries
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
