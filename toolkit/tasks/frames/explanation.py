"""Which pixels of all frames the label of a frame hangs on."""

import base64
from typing import Any

import numpy as np
import tensorflow as tf

from toolkit.data.images.decoding import decode_image
from toolkit.data.images.image_corpus import to_channels
from toolkit.inspection.attribution import margin, of_pixels, with_gradient
from toolkit.inspection.explained import Explained
from toolkit.layers.recurrent.time_loop import backend
from toolkit.tasks.explainer import ImageExplainer
from toolkit.tasks.explaining import two_best


class FrameExplainer(ImageExplainer):
    """Says which pixels the label of the frame in the middle hangs on: its logit minus that of the next best label.

    Args:
        training: The `FrameTagging` of a finished run.
    """

    def __init__(self, training: Any):
        super().__init__(training)
        size, channels = self.model.image_size, self.model.channels
        images = tf.TensorSpec([None, None, size, size, channels], tf.float32)
        self._graded = with_gradient(self._score, [images, tf.TensorSpec([3], tf.int32)])
        self._all = tf.function(self._logits, input_signature=[images], autograph=False)

    def explained(self, number: int, item: list[str], most_steps: int) -> list[Explained]:
        """Explains the label of the middle frame of a sequence."""
        frames = np.stack([decode_image(base64.b64decode(frame), self.model.image_size) for frame in item])
        images = to_channels(frames, self.model.channels)
        place = len(images) // 2
        best = two_best(np.asarray(self._all(images[np.newaxis].astype("float32")))[0, place])
        chosen = np.array([place, *best], "int32")
        score, found = of_pixels(lambda rows: self._graded(rows, chosen), images, most_steps)
        answer, other = (self.model.label_names[label] for label in best)
        return [Explained(f"held-out sequence {number}", f"frame {place + 1}", answer, other, score, [], found, [], images)]

    def _score(self, images, chosen):
        logits = self._logits(images)[:, chosen[0]]
        return margin(logits, chosen[1], chosen[2])

    def _logits(self, images):
        shape = tf.shape(images)
        with backend("graph"):
            logits = self.model({"images": images, "lengths": tf.fill([shape[0]], shape[1])}, training=False)["logits"]
        return tf.cast(logits, tf.float32)
