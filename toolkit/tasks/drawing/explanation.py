"""Which pixels of an image the drawing of it hangs on."""

import base64
from typing import Any

import numpy as np
import tensorflow as tf

from toolkit.data.images.decoding import decode_image
from toolkit.data.images.image_corpus import to_channels
from toolkit.inspection.attribution import of_pixels, with_gradient
from toolkit.inspection.explained import Explained
from toolkit.layers.recurrent.time_loop import backend
from toolkit.tasks.drawing.objective import nats_of
from toolkit.tasks.explainer import ImageExplainer


class DrawingExplainer(ImageExplainer):
    """Says which pixels of what the model reads its drawing hangs on.

    The score is the logarithm of how much more probable the image is by what is drawn of it than by what is drawn of a black one,

        log p(x | c_T(x')) - log p(x | c_T(0))

    where x' is what is read, the image itself, and the noise is the same for both. Only x' is taken away or covered; what is to be drawn,
    x, stays. So a pixel counts for what the model has read in it, and not for what it costs to draw.

    Args:
        training: The `DrawingTraining` of a finished run.
    """

    def __init__(self, training: Any):
        super().__init__(training)
        size = self.model.image_size
        images, shown = tf.TensorSpec([None, 1, size, size, 1], tf.float32), tf.TensorSpec([1, size, size], tf.float32)
        self._graded = with_gradient(self._score, [images, shown, tf.TensorSpec([1, *self.model.noise_shape], tf.float32)])

    def explained(self, number: int, item: str, most_steps: int) -> list[Explained]:
        """Explains the drawing of an image, with noise of the run's seed."""
        images = to_channels(decode_image(base64.b64decode(item), self.model.image_size), 1)[np.newaxis]
        shown, noise = images[..., 0].astype("float32") / 255, self.predictor.noise([number - 1], self.training.settings.seed)
        score, found = of_pixels(lambda rows: self._graded(rows, shown, noise), images, most_steps)
        of_image, of_black = "drawn from the image", "from a black one"
        return [Explained(f"held-out image {number}", "", of_image, of_black, score, [], found, [], images)]

    def _score(self, images, shown, noise):
        read = tf.concat([images[:, 0], tf.zeros_like(images[:1, 0])], 0)
        with backend("graph"):
            drawn = self.model({"images": read, "noise": tf.repeat(noise, tf.shape(read)[0], 0)}, training=False)["canvases"][:, -1]
        nats = nats_of(tf.cast(drawn, tf.float32), shown)
        return nats[-1] - nats[:-1]
