"""What of the run of a model that looks at images an inspection looks at."""

from typing import Any

import numpy as np
import tensorflow as tf

from toolkit.inspection.subject import Batch, Subject
from toolkit.layers.recurrent.rnn import RNN
from toolkit.tasks.glimpses.explanation import explainer_of
from toolkit.tasks.subjects import pixels_of_samples, rows_of
from toolkit.training.losses import sparse_cross_entropy


class GlimpseSubject(Subject):
    """A model that looks at images, and held-out images.

    Where it looks is no matter of the gradient of the labels. So what it saw on its glimpses is a sequence like any other, which its cell
    reads here as a layer. The loss is the cross-entropy of the labels, as it is reported.

    Args:
        training: The `GlimpseTraining` of a finished run.
    """

    kind = "a model that looks at images"

    def __init__(self, training: Any):
        model = training.load_model()
        self._reader = RNN(model.core.cell, return_sequences=True)
        numbers = {name: number for number, name in enumerate(model.label_names)}
        samples, truths = (training.run.read_json(path) for path in (training.run.samples, training.run.references))
        batches = []
        for rows in rows_of(samples):
            images = pixels_of_samples([samples[row] for row in rows], model.image_size, model.channels)
            labels = np.array([[numbers[label] for label in truths[row]] for row in rows], "int32")
            batches.append(Batch(images, labels, np.ones(len(rows), "float32")))
        super().__init__(model, batches, self._loss, str(training.run.path))
        self.explain = explainer_of(training)

    def _loss(self, batch: Batch) -> tf.Tensor:
        model, images = self.model, batch.inputs / 255
        places = tf.unstack(model(batch.inputs, training=False)["locations"], axis=1)
        outputs = self._reader(tf.stack([model.seen(images, place) for place in places], 1))
        logits = model.classifier(outputs[:, model.num_glimpses - 1 :: model.num_glimpses])
        return tf.reduce_mean(sparse_cross_entropy(batch.labels, logits))


def subject_of(training: Any) -> GlimpseSubject:
    """Returns what of a finished run an inspection looks at."""
    return GlimpseSubject(training)
