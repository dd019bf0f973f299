"""Which pixels the labels of an image hang on, at the places where the model looked."""

import base64
from typing import Any

import numpy as np
import tensorflow as tf

from toolkit.data.images.decoding import decode_image
from toolkit.data.images.image_corpus import to_channels
from toolkit.inspection.attribution import margin, of_pixels, with_gradient
from toolkit.inspection.explained import Explained
from toolkit.layers.recurrent.time_loop import backend
from toolkit.layers.replacing import replaced
from toolkit.models import GlimpseClassifier
from toolkit.tasks.explainer import ImageExplainer
from toolkit.tasks.explaining import two_best


class GlimpseExplainer(ImageExplainer):
    """Says which pixels each label hangs on: its logit minus that of the next best one, as seen at the places where the model looked.

    Places are no matter of the gradient of a label, and would be others on the way from a black image; so they are kept.

    Args:
        training: The `Glimpsing` of a finished run, whose model is a `GlimpseClassifier`.
    """

    def __init__(self, training: Any):
        super().__init__(training)
        images = tf.TensorSpec([None, 1, self.model.image_size, self.model.image_size, self.model.channels], tf.float32)
        places = tf.TensorSpec([self.model.objects * self.model.num_glimpses, 2], tf.float32)
        self._graded = with_gradient(self._score, [images, places, tf.TensorSpec([3], tf.int32)])

    def explained(self, number: int, item: str, most_steps: int) -> list[Explained]:
        """Explains the label of each object of an image."""
        images = to_channels(decode_image(base64.b64decode(item), self.model.image_size), self.model.channels)[np.newaxis]
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
        return margin(logits, chosen[1], chosen[2])


def explainer_of(training: Any) -> GlimpseExplainer | None:
    """Returns what explains the labels of a run; `None` if its model chooses its places in another way."""
    return GlimpseExplainer(training) if isinstance(training.load_model(), GlimpseClassifier) else None
