"""What a language model predicts of a text that it reads once, in order, a row at a time."""

from collections.abc import Iterable, Iterator
from typing import NamedTuple

import numpy as np
import tensorflow as tf

from toolkit.models.language_model import LanguageModel
from toolkit.tasks.language_model.reading import windows


class Predicted(NamedTuple):
    """What was predicted of a segment of a text.

    Attributes:
        tokens: Their ids, `[tokens]`.
        log_p: Natural logarithm of their probabilities, `[tokens]`.
        features: What the output saw before each, `[tokens, features]`.
    """

    tokens: np.ndarray
    log_p: np.ndarray
    features: np.ndarray


def read_statically(model: LanguageModel, documents: Iterable[np.ndarray], width: int = 256) -> Iterator[Predicted]:
    """Reads documents with a model that stays as it is.

    Args:
        model: The model.
        documents: Of each the ids that are read and predicted, `begin, y_1, ..., y_n`.
        width: Tokens read at once.
    """
    read = tf.function(lambda *given: read_row(model, *given), autograph=False)
    for document in documents:
        state = model.initial_state(1)
        for tokens, labels in windows([document], width):
            log_p, features, state = read(tokens, labels, state)
            yield predicted(labels, log_p, features)


def read_row(model: LanguageModel, tokens, labels, state) -> tuple:
    """Reads tokens of one row, in a graph.

    Args:
        model: The model.
        tokens: What is read, int32 `[1, time]`.
        labels: What is to be predicted, likewise; 0 after the end.
        state: The state before.

    Returns:
        The logarithms of the probabilities of the labels `[time]`, the features that they are made from `[time, features]`, and the state
        after the last token.
    """
    features, state = model(tokens, state=state, training=False, return_features=True)
    log_p = tf.nn.log_softmax(model.logits(features))
    return tf.gather(log_p, labels, batch_dims=2)[0], features[0], state


def predicted(labels: tf.Tensor, log_p: tf.Tensor, features: tf.Tensor) -> Predicted:
    """Returns what `read_row` gave, without what is after the end."""
    labels = labels.numpy()[0]
    count = np.count_nonzero(labels)
    return Predicted(labels[:count], log_p.numpy()[:count], features.numpy()[:count])


def nats_of(log_p: Iterable[np.ndarray]) -> float:
    """Returns the negative sum of logarithms of probabilities."""
    return -float(sum(part.sum(dtype=np.float64) for part in log_p))
