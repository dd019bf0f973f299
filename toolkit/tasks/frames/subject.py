"""What of the run of a model that tags frames an inspection looks at."""

from typing import Any

import numpy as np
import tensorflow as tf

from toolkit.data.batching.token_lists import padded
from toolkit.inspection.subject import Batch, Subject
from toolkit.tasks.frames.explanation import FrameExplainer
from toolkit.tasks.frames.padding import padded_pixels
from toolkit.tasks.subjects import pixels_of_samples, rows_of
from toolkit.training.losses import sparse_cross_entropy


class FrameSubject(Subject):
    """A model that tags frames, and held-out sequences; a frame without a label is seen and has the weight 0.

    The loss is the cross-entropy of the labels from whole sequences, as it is reported.

    Args:
        training: The `FrameTraining` of a finished run.
    """

    kind = "a model that tags frames"

    def __init__(self, training: Any):
        model, longest = training.load_model(), training.settings.max_length
        numbers = {name: number for number, name in enumerate(model.label_names)}
        samples, truths = (
            [each[:longest] for each in training.run.read_json(path)] for path in (training.run.samples, training.run.references)
        )
        batches = []
        for rows in rows_of(samples):
            frames = [pixels_of_samples(samples[row], model.image_size, model.channels) for row in rows]
            inputs, labels = padded_pixels(frames), padded([[1 + numbers.get(label, -1) for label in truths[row]] for row in rows])
            batches.append(Batch(inputs, np.maximum(labels - 1, 0), (labels > 0).astype("float32")))
        super().__init__(model, batches, self._loss, str(training.run.path))
        self.explain = FrameExplainer(training)

    def _loss(self, batch: Batch) -> tf.Tensor:
        logits = self.model(batch.inputs, training=False)["logits"]
        return tf.reduce_sum(batch.weights * sparse_cross_entropy(batch.labels, logits)) / tf.reduce_sum(batch.weights)


def subject_of(training: Any) -> FrameSubject:
    """Returns what of a finished run an inspection looks at."""
    return FrameSubject(training)
