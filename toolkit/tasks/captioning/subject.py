"""What of the run of a model that writes captions an inspection looks at."""

from typing import Any

import numpy as np
import tensorflow as tf

from toolkit.data.batching.token_lists import padded
from toolkit.inspection.subject import Batch, Subject
from toolkit.layers.recurrent.observing import ObservedLoop
from toolkit.models.captioner import BEGIN, END
from toolkit.tasks.captioning.captions import MARKS
from toolkit.tasks.captioning.explanation import CaptionExplainer, attention_of
from toolkit.tasks.subjects import pixels_of_samples, rows_of, with_mask
from toolkit.text.words import UNKNOWN, Vocabulary
from toolkit.training.losses import sparse_cross_entropy


class CaptionerSubject(Subject):
    """A model that writes captions, held-out images, and one caption of each, whose true words it reads.

    The loss is the cross-entropy of the words, without the penalty on uneven attention that training may add. Nobody learns to write an
    unknown word, which has the weight 0.

    Args:
        training: The `Captioning` of a finished run.
    """

    kind = "a model that writes captions"

    def __init__(self, training: Any):
        model = training.load_model()
        vocabulary = Vocabulary([*MARKS, *model.words])
        samples, captions = (training.run.read_json(path) for path in (training.run.samples, training.run.references))
        written = [[BEGIN, *vocabulary.encode(first)[: training.settings.max_length], END] for first, *_ in captions]
        batches = []
        for rows in rows_of(written):
            read, follow = padded([written[row][:-1] for row in rows]), padded([written[row][1:] for row in rows])
            images = pixels_of_samples([samples[row] for row in rows], model.image_size)
            weights = ((follow != 0) & (follow != UNKNOWN)).astype("float32")
            batches.append(Batch({"images": images, "tokens": read[:, np.newaxis]}, follow, weights))
        super().__init__(model, batches, self._loss, str(training.run.path))
        self.explain, self.attend = CaptionExplainer(training), attention_of(training)

    def observed(self, batch: Batch, tape: tf.GradientTape | None = None) -> tuple[tf.Tensor, dict[str, ObservedLoop]]:
        """Runs the model on a batch; see `Subject`."""
        loss, loops = super().observed(batch, tape)
        return loss, with_mask(loops, batch.inputs["tokens"][:, 0] != 0)

    def _loss(self, batch: Batch) -> tf.Tensor:
        logits = self.model(batch.inputs, training=False)["logits"][:, 0]
        return tf.reduce_sum(batch.weights * sparse_cross_entropy(batch.labels, logits)) / tf.reduce_sum(batch.weights)


def subject_of(training: Any) -> CaptionerSubject:
    """Returns what of a finished run an inspection looks at."""
    return CaptionerSubject(training)
