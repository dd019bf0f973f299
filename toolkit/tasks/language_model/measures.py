"""How well a language model predicts a text."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import tensorflow as tf

from toolkit.data.running_text.token_file import TokenFile
from toolkit.models.language_model import LanguageModel
from toolkit.tasks.language_model.reading import windows
from toolkit.training.losses import sparse_cross_entropy
from toolkit.training.projection import ProjectedObjective

WIDTH_GRID = 32  # tokens; windows of short documents are a multiple of it wide, so that few graphs are traced


class Passages(NamedTuple):
    """What each passage of documents costs: the tokens that were read at once. All `[passages]`, in any order.

    Attributes:
        documents: Which document it is of.
        starts: How many of its tokens are before it.
        tokens: How many it has.
        nats: -log p of them, float64.
    """

    documents: np.ndarray
    starts: np.ndarray
    tokens: np.ndarray
    nats: np.ndarray


def size_of(tokens: TokenFile, end_id: int | None) -> tuple[int, int, int, int]:
    """Returns what `Likelihood` says of a text besides its nats: tokens that are predicted, characters, bytes, unknown tokens.

    Args:
        tokens: The text.
        end_id: What ends a document and is predicted; `None` if nothing does.
    """
    ends = 0 if end_id is None else tokens.documents
    return len(tokens) + ends, tokens.characters, tokens.bytes, tokens.unknown


def text_nats(model: LanguageModel, documents: Sequence[np.ndarray], *, window: int = 256, rows: int = 32) -> float:
    """Returns the negative log-likelihood of documents, the state carried from the first token of each to its last.

    Args:
        model: The model.
        documents: Of each the ids that are read and predicted, `begin, y_1, ..., y_n`, the first of which is not predicted. A sequence that
            reads them from disk will do.
        window: Tokens read at once; it bounds the memory and does not change the result.
        rows: Documents read side by side.
    """
    return float(passage_nats(model, documents, window=window, rows=rows).nats.sum())


def passage_nats(model: LanguageModel, documents: Sequence[np.ndarray], *, window: int = 256, rows: int = 32) -> Passages:
    """Returns what `text_nats` is the sum of, passage by passage.

    Args:
        model: As for `text_nats`.
        documents: Likewise.
        window: Tokens of a passage at most.
        rows: As for `text_nats`.
    """
    objective = ProjectedObjective({"loss": sparse_cross_entropy})

    @tf.function(reduce_retracing=True)
    def read(tokens, labels, state):
        features, state = model(tokens, state=state, return_features=True)
        losses = objective.losses_of_features(features, *model.projection, labels, tf.cast(labels > 0, tf.float32))
        return tf.reduce_sum(losses, -1), state

    lengths = np.array([len(document) - 1 for document in documents], int)
    longest_first = np.argsort(-lengths, kind="stable")  # those side by side are of like length
    found: list[np.ndarray] = []
    for start in range(0, len(lengths), rows):
        group = longest_first[start : start + rows]
        state = model.initial_state(len(group))
        width = min(window, WIDTH_GRID * max(1, -(-lengths[group[0]] // WIDTH_GRID)))
        for place, (tokens, labels) in enumerate(windows([documents[i] for i in group], width)):
            nats, state = read(tokens, labels, state)
            counts = np.count_nonzero(labels, axis=-1)
            found.append(np.stack([group, np.full(len(group), place * width), counts, nats], -1)[counts > 0])
    documents, starts, tokens, nats = np.concatenate([np.zeros((0, 4)), *found]).T
    return Passages(documents.astype(int), starts.astype(int), tokens.astype(int), nats)
