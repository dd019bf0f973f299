"""How well a language model predicts a text."""

from collections.abc import Sequence

import numpy as np
import tensorflow as tf

from toolkit.models.language_model import LanguageModel
from toolkit.tasks.language_model.reading import windows
from toolkit.training.losses import sparse_cross_entropy
from toolkit.training.projection import ProjectedObjective

WIDTH_GRID = 32  # tokens; windows of short documents are a multiple of it wide, so that few graphs are traced


def text_nats(model: LanguageModel, documents: Sequence[np.ndarray], *, window: int = 256, rows: int = 32) -> float:
    """Returns the negative log-likelihood of documents, the state carried from the first token of each to its last.

    Args:
        model: The model.
        documents: Of each the ids that are read and predicted, `begin, y_1, ..., y_n`, the first of which is not predicted. A sequence that
            reads them from disk will do.
        window: Tokens read at once; it bounds the memory and does not change the result.
        rows: Documents read side by side.
    """
    objective = ProjectedObjective({"loss": sparse_cross_entropy})

    @tf.function(reduce_retracing=True)
    def read(tokens, labels, state):
        features, state = model(tokens, state=state, return_features=True)
        return objective.of_features(features, *model.projection, labels, tf.cast(labels > 0, tf.float32))["loss"], state

    lengths = np.array([len(document) - 1 for document in documents])
    longest_first = np.argsort(-lengths, kind="stable")  # those side by side are of like length
    nats = 0.0
    for start in range(0, len(lengths), rows):
        group = longest_first[start : start + rows]
        state = model.initial_state(len(group))
        width = min(window, WIDTH_GRID * max(1, -(-lengths[group[0]] // WIDTH_GRID)))
        for tokens, labels in windows([documents[i] for i in group], width):
            loss, state = read(tokens, labels, state)
            nats += float(loss)
    return nats
