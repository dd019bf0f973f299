"""A model that looks at images, as a graph from files to labels."""

import keras
import tensorflow as tf

from toolkit.data.images.graph_decoding import decode_images
from toolkit.tasks.glimpses.functions import look_function

IMAGES = tf.TensorSpec([None], tf.string, name="images")


class GlimpseModule(tf.Module):
    """What a SavedModel of a model holds: the decoding of images, the model, the names of the labels.

    Args:
        model: A `GlimpseClassifier`.
    """

    def __init__(self, model: keras.Model):
        super().__init__()
        self.image_size, self.channels = model.image_size, model.channels
        self.names = tf.constant(model.label_names)
        self._look = look_function(model, "graph")

    @tf.function(input_signature=[IMAGES])
    def look(self, images):
        """Names what is on images.

        Args:
            images: PNG or JPEG files, strings `[batch]`.

        Returns:
            `labels`, strings `[batch, objects]`; `scores`, the probability of each, float32 `[batch, objects]`; `probabilities` of all
            labels, float32 `[batch, objects, labels]`; and `locations`, row and column of each glimpse, from -1 to 1, float32
            `[batch, glimpses, 2]`.
        """
        looked = self._look(self._pixels(images))
        best = tf.argmax(looked["probabilities"], -1)
        return {"labels": tf.gather(self.names, best), "scores": tf.reduce_max(looked["probabilities"], -1), **looked}

    @tf.function(input_signature=[IMAGES])
    def pixels(self, images):
        """Returns what the model sees of files: `pixels`, from 0 to 255, float32 `[batch, image_size, image_size, channels]`."""
        return {"pixels": self._pixels(images)}

    def _pixels(self, images):
        return decode_images(images, self.image_size, self.channels)
