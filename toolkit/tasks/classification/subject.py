"""What of a classifier's run an inspection looks at."""

from typing import Any

import numpy as np
import tensorflow as tf

from toolkit.data.batching.crop import crop
from toolkit.inspection.subject import Batch, Subject
from toolkit.models.text_classifier import PARTS, TextClassifier
from toolkit.tasks.classification.explanation import attention_of, explainer_of
from toolkit.tasks.subjects import padded, rows_of
from toolkit.training.losses import sparse_cross_entropy


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
        labels = np.array([self.label_names.index(name) for name in names], "int32")
        tokens = [crop(ids, self.max_length) for ids in self.tokenizer.encode(texts)]
        batches = [Batch(padded([tokens[row] for row in rows]), labels[rows], np.ones(len(rows), "float32")) for rows in rows_of(tokens)]
        super().__init__(parts.get(PARTS[0], whole), batches, self._loss, str(training.run.path))
        self.explain, self.attend = explainer_of(training), attention_of(training)

    def _loss(self, batch: Batch) -> tf.Tensor:
        return tf.reduce_mean(sparse_cross_entropy(batch.labels, self.model(batch.inputs, training=False)))


def subject_of(training: Any) -> ClassifierSubject:
    """Returns what of a finished run an inspection looks at."""
    return ClassifierSubject(training)
