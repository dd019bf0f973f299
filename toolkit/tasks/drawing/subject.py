"""What of the run of a model that draws an inspection looks at."""

from typing import Any

import numpy as np
import tensorflow as tf

from toolkit.inspection.subject import Batch, Subject
from toolkit.tasks.drawing.explanation import DrawingExplainer
from toolkit.tasks.drawing.objective import nats_of
from toolkit.tasks.subjects import pixels_of_samples, rows_of


class DrawingSubject(Subject):
    """A model that draws, and held-out images, each with noise of the run's seed. The loss is the variational bound.

    Args:
        training: The `DrawingTraining` of a finished run.
    """

    kind = "a model that draws"

    def __init__(self, training: Any):
        model, samples = training.load_model(), training.run.read_json(training.run.samples)
        draws = training.predictor().noise(range(len(samples)), training.settings.seed)
        batches = []
        for rows in rows_of(samples):
            images = pixels_of_samples([samples[row] for row in rows], model.image_size, 1)
            batches.append(Batch({"images": images, "noise": draws[rows]}, images[..., 0] / 255, np.ones(len(rows), "float32")))
        super().__init__(model, batches, self._loss, str(training.run.path))
        self.explain = DrawingExplainer(training)

    def _loss(self, batch: Batch) -> tf.Tensor:
        outputs = self.model(batch.inputs, training=False)
        return tf.reduce_mean(nats_of(outputs["canvases"][:, -1], batch.labels) + tf.reduce_sum(outputs["kl"], -1))


def subject_of(training: Any) -> DrawingSubject:
    """Returns what of a finished run an inspection looks at."""
    return DrawingSubject(training)
