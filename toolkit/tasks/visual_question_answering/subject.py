"""What of the run of a model that answers questions about images an inspection looks at."""

from typing import Any

import numpy as np
import tensorflow as tf

from toolkit.data.batching.crop import crop
from toolkit.data.batching.token_lists import padded
from toolkit.inspection.subject import Batch, Subject
from toolkit.tasks.subjects import pixels_of_samples, rows_of
from toolkit.tasks.visual_question_answering.explanation import AnswerExplainer, attention_of
from toolkit.text.words import Vocabulary
from toolkit.training.losses import sparse_cross_entropy


class AnswererSubject(Subject):
    """A model that answers questions, and held-out questions about images, without those whose answers it cannot give.

    Args:
        training: The `VisualQuestionAnswering` of a finished run.
    """

    kind = "a model that answers questions about images"

    def __init__(self, training: Any):
        model, longest = training.load_model(), training.settings.max_length
        vocabulary, numbers = Vocabulary(model.words), {answer: number for number, answer in enumerate(model.answers)}
        asked = zip(*(training.run.read_json(path) for path in (training.run.samples, training.run.references)), strict=True)
        known = [(sample, numbers[answer]) for sample, answer in asked if answer in numbers]
        tokens = [crop(vocabulary.encode(sample["question"]), longest) for sample, _ in known]
        batches = []
        for rows in rows_of(tokens):
            images = pixels_of_samples([known[row][0]["image"] for row in rows], model.image_size)
            inputs = {"images": images, "tokens": padded([tokens[row] for row in rows])[:, np.newaxis]}
            batches.append(Batch(inputs, np.array([known[row][1] for row in rows], "int32"), np.ones(len(rows), "float32")))
        super().__init__(model, batches, self._loss, str(training.run.path))
        self.explain, self.attend = AnswerExplainer(training), attention_of(training)

    def _loss(self, batch: Batch) -> tf.Tensor:
        return tf.reduce_mean(sparse_cross_entropy(batch.labels, self.model(batch.inputs, training=False)["logits"][:, 0]))


def subject_of(training: Any) -> AnswererSubject:
    """Returns what of a finished run an inspection looks at."""
    return AnswererSubject(training)
