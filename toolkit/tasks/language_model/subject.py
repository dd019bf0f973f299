"""What of a language model's run an inspection looks at."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import tensorflow as tf

from toolkit.data.batching.token_lists import padded
from toolkit.inspection.reading import WARM_UP, Reading, observing_states, passages, read_states, side_by_side
from toolkit.inspection.subject import Batch, Subject
from toolkit.tasks.language_model.explanation import explainer_of
from toolkit.tasks.subjects import rows_of
from toolkit.text.tokenizer import Tokenizer
from toolkit.training.losses import sparse_cross_entropy

MOST_TOKENS = 256


class LanguageModelSubject(Subject):
    """A language model, and passages of held-out text, each read from the state that a text begins with.

    Args:
        training: The `LanguageModeling` of a finished run.
    """

    kind = "a language model"

    def __init__(self, training: Any):
        self.tokenizer = Tokenizer.load(training.run.tokenizer)
        texts = training.run.read_json(training.run.samples)
        self.texts = texts
        tokens = [[self.tokenizer.begin_id, *ids][: MOST_TOKENS + 1] for ids in self.tokenizer.encode(texts)]
        tokens = [ids for ids in tokens if len(ids) > 1]
        batches = [_batch([tokens[row] for row in rows]) for rows in rows_of(tokens)]
        super().__init__(training.load_model(), batches, self._loss, str(training.run.path))
        self.explain = explainer_of(training)

    def _loss(self, batch: Batch) -> tf.Tensor:
        logits, _ = self.model(batch.inputs, training=False)
        return tf.reduce_sum(sparse_cross_entropy(batch.labels, logits) * batch.weights) / tf.reduce_sum(batch.weights)

    def read(self, texts: Sequence[str], part: str | None = None) -> Reading:
        """Reads texts of any length, each from the state that a text begins with.

        A long text is cut into passages that are read side by side, so that a megabyte takes minutes. Each but the first begins with a
        state of zeros and reads the `WARM_UP` tokens before it, whose states are dropped: what lies further back it does not know.

        Args:
            texts: The texts.
            part: Part of the states to keep, such as `"h"`; `None` for c where there is one, else h.
        """
        return read_texts(self.model, self.tokenizer, texts, part)


def read_texts(model: Any, tokenizer: Tokenizer, texts: Sequence[str], part: str | None = None) -> Reading:
    """Reads texts with a language model, as `LanguageModelSubject.read` does."""
    cut = [tokenizer.split(text) for text in texts]
    pieces = [piece for _, parts in cut for piece in parts]
    sizes = [len(ids) for ids, _ in cut]
    state = tf.nest.map_structure(lambda each: tf.TensorSpec([None, *each.shape[1:]], each.dtype), model.initial_state(1))
    observe = observing_states(
        lambda tokens, state: model(tokens, state, training=False)[1], part, [tf.TensorSpec([None, None], "int32"), state]
    )
    rows = passages([ids for ids, _ in cut], side_by_side(len(pieces)), WARM_UP, tokenizer.begin_id if tokenizer.begin_id >= 0 else None)
    starts = [0, *np.cumsum(sizes)[:-1].tolist()]
    return Reading(pieces, starts, read_states(observe, rows, len(pieces), model.initial_state))


def _batch(tokens: list[list[int]]) -> Batch:
    read, follow = padded([ids[:-1] for ids in tokens]), padded([ids[1:] for ids in tokens])
    return Batch(read, follow, (np.arange(read.shape[1]) < np.array([[len(ids) - 1] for ids in tokens])).astype("float32"))


def subject_of(training: Any) -> LanguageModelSubject:
    """Returns what of a finished run an inspection looks at."""
    return LanguageModelSubject(training)
