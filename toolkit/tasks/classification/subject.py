"""What of a classifier's run an inspection looks at."""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import tensorflow as tf

from toolkit.data.batching.crop import crop
from toolkit.data.batching.token_lists import padded
from toolkit.inspection.reading import ROWS, Passage, Reading, observing_states, passages, read_states
from toolkit.inspection.subject import Batch, Subject
from toolkit.models.text_classifier import PARTS, TextClassifier
from toolkit.tasks.classification.explanation import attention_of, explainer_of
from toolkit.tasks.subjects import rows_of
from toolkit.text.tokenizer import Tokenizer
from toolkit.training.losses import sparse_cross_entropy

JUDGED_EVERY = 64
"""Tokens after which a text is judged anew, to know the judgement of what has been read so far."""


class ClassifierSubject(Subject):
    """The part of a classifier that reads step by step, and held-out texts.

    Args:
        training: The `TextClassification` of a finished run.
    """

    kind = "a classifier"

    def __init__(self, training: Any):
        whole, self.tokenizer = training.load()
        parts = whole.parts() if isinstance(whole, TextClassifier) else {}
        self.label_names = training.label_names
        self.max_length = training.settings.max_length
        texts, names = (training.run.read_json(path) for path in (training.run.samples, training.run.references))
        self.texts = texts
        labels = np.array([self.label_names.index(name) for name in names], "int32")
        tokens = [crop(ids, self.max_length) for ids in self.tokenizer.encode(texts)]
        batches = [Batch(padded([tokens[row] for row in rows]), labels[rows], np.ones(len(rows), "float32")) for rows in rows_of(tokens)]
        super().__init__(parts.get(PARTS[0], whole), batches, self._loss, str(training.run.path))
        self.explain, self.attend = explainer_of(training), attention_of(training)

    def _loss(self, batch: Batch) -> tf.Tensor:
        return tf.reduce_mean(sparse_cross_entropy(batch.labels, self.model(batch.inputs, training=False)))

    def read(self, texts: Sequence[str], part: str | None = None) -> Reading:
        """Reads texts of any length, in windows of `max_length` tokens, each as if it were a text of its own.

        Args:
            texts: The texts.
            part: Part of the states to keep, such as `"h"`; `None` for c where there is one, else h.
        """
        return read_texts(self.model, self.tokenizer, texts, self.max_length, part)


def read_texts(model: Any, tokenizer: Tokenizer, texts: Sequence[str], max_length: int, part: str | None = None) -> Reading:
    """Reads texts with a classifier, as `ClassifierSubject.read` does."""
    cut = [tokenizer.split(text) for text in texts]
    pieces = [piece for _, parts in cut for piece in parts]
    windows = passages([ids for ids, _ in cut], max_length)
    tokens = tf.TensorSpec([None, None], "int32")

    def call(tokens, state):
        model(tokens, training=False)
        return state

    states = read_states(observing_states(call, part, [tokens, ()]), windows, len(pieces), chunk=max_length)
    judge = tf.function(lambda tokens: model(tokens, training=False), input_signature=[tokens])
    starts = [0, *np.cumsum([len(ids) for ids, _ in cut])[:-1].tolist()]
    return Reading(pieces, starts, states, (lambda: _leaning(judge, windows, len(pieces))) if model.output_shape[-1] == 2 else None)


def _leaning(judge: Callable[[tf.Tensor], tf.Tensor], windows: Sequence[Passage], steps: int) -> np.ndarray:
    """Returns how far the logit of the second label is above that of the first, of what each window has read so far, `[steps]`."""
    values = np.zeros(steps, "float32")
    longest = max((len(window.ids) for window in windows), default=0)
    ends = range(JUDGED_EVERY, longest + 1, JUDGED_EVERY)
    beginnings = [(window, end) for end in ends for window in windows if end <= len(window.ids)]
    for group in (beginnings[first : first + ROWS] for first in range(0, len(beginnings), ROWS)):
        logits = judge(tf.constant(padded([window.ids[:end] for window, end in group]))).numpy()
        for (window, end), (first, second) in zip(group, logits, strict=True):
            values[window.place + end - 1 : window.place + min(end - 1 + JUDGED_EVERY, len(window.ids))] = second - first
    return values


def subject_of(training: Any) -> ClassifierSubject:
    """Returns what of a finished run an inspection looks at."""
    return ClassifierSubject(training)
