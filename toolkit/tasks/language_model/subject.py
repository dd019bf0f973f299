"""What of a language model's run an inspection looks at."""

from typing import Any

import numpy as np
import tensorflow as tf

from toolkit.inspection.subject import Batch, Subject
from toolkit.tasks.language_model.explanation import explainer_of
from toolkit.tasks.subjects import padded, rows_of
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
        tokens = [[self.tokenizer.begin_id, *ids][: MOST_TOKENS + 1] for ids in self.tokenizer.encode(texts)]
        tokens = [ids for ids in tokens if len(ids) > 1]
        batches = [_batch([tokens[row] for row in rows]) for rows in rows_of(tokens)]
        super().__init__(training.load_model(), batches, self._loss, str(training.run.path))
        self.explain = explainer_of(training)

    def _loss(self, batch: Batch) -> tf.Tensor:
        logits, _ = self.model(batch.inputs, training=False)
        return tf.reduce_sum(sparse_cross_entropy(batch.labels, logits) * batch.weights) / tf.reduce_sum(batch.weights)


def _batch(tokens: list[list[int]]) -> Batch:
    read, follow = padded([ids[:-1] for ids in tokens]), padded([ids[1:] for ids in tokens])
    return Batch(read, follow, (np.arange(read.shape[1]) < np.array([[len(ids) - 1] for ids in tokens])).astype("float32"))


def subject_of(training: Any) -> LanguageModelSubject:
    """Returns what of a finished run an inspection looks at."""
    return LanguageModelSubject(training)
