"""Which pixels the labels of an image hang on, at the places where the model looked."""

import base64
from typing import Any

import numpy as np
import tensorflow as tf

from toolkit.data.images.decoding import decode_image
from toolkit.data.images.image_corpus import to_channels
from toolkit.inspection.attribution import of_pixels, replaced, with_gradient
from toolkit.inspection.explained import Explained
from toolkit.layers.recurrent.time_loop import backend
from toolkit.models import GlimpseClassifier
from toolkit.tasks.explaining import samples_to_explain, two_best


class GlimpseExplainer:
    """Says which pixels each label hangs on: its logit minus that of the next best one, as seen at the places where the model looked.

    Places are no matter of the gradient of a label, and would be others on the way from a black image; so they are kept.

    Args:
        training: The `Glimpsing` of a finished run, whose model is a `GlimpseClassifier`.
    """

    def __init__(self, training: Any):
        self.training = training
        self.model = training.load_model()
        images = tf.TensorSpec([None, 1, self.model.image_size, self.model.image_size, self.model.channels], tf.float32)
        places = tf.TensorSpec([self.model.objects * self.model.num_glimpses, 2], tf.float32)
        self._graded = with_gradient(self._score, [images, places, tf.TensorSpec([3], tf.int32)])

    def __call__(self, text: str | None, examples: int, most_steps: int) -> list[Explained]:
        """Explains the labels of held-out images, object by object and by all methods.

        Args:
            text: None.
            examples: How many images.
            most_steps: Of integrated gradients.

        Raises:
            InvalidArgument: A text was given.
        """
        samples = samples_to_explain(self.training, text, examples)
        return [each for number, sample in enumerate(samples, start=1) for each in self._explained(number, sample, most_steps)]

    def _explained(self, number: int, sample: str, most_steps: int) -> list[Explained]:
        images = to_channels(decode_image(base64.b64decode(sample), self.model.image_size), self.model.channels)[np.newaxis]
        looked = self.model(images.astype("float32"), training=False)
        places = np.asarray(looked["means"])[0] / (self.model.reach or 1)  # without reach all are in the middle, 0
        found = []
        for thing, logits in enumerate(np.asarray(looked["logits"])[0]):
            best = two_best(logits)
            chosen = np.array([thing, *best], "int32")
            score, weights = of_pixels(lambda rows, chosen=chosen: self._graded(rows, places, chosen), images, most_steps)
            answer, other = (self.model.label_names[label] for label in best)
            part = f"object {thing + 1}" if self.model.objects > 1 else ""
            found.append(Explained(f"held-out image {number}", part, answer, other, score, [], weights, [], images))
        return found

    def _score(self, images, places, chosen):
        rows = tf.shape(images)[0]
        given = [tf.repeat(place[tf.newaxis], rows, 0) for place in tf.unstack(places)]
        with replaced(self.model.locator, *given), backend("graph"):
            logits = tf.cast(self.model(images[:, 0], training=False)["logits"], tf.float32)[:, chosen[0]]
        return tf.gather(logits, chosen[1], axis=1) - tf.gather(logits, chosen[2], axis=1)


def explainer_of(training: Any) -> GlimpseExplainer | None:
    """Returns what explains the labels of a run; `None` if its model chooses its places in another way."""
    return GlimpseExplainer(training) if isinstance(training.load_model(), GlimpseClassifier) else None
