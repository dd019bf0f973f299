"""A model that draws, as a graph from files and noise to pictures."""

import keras
import tensorflow as tf

from toolkit.data.images.graph_decoding import decode_images
from toolkit.tasks.drawing.functions import draw_function, reconstruct_function


class DrawingModule(tf.Module):
    """What a SavedModel of a model holds: the decoding of images, and the model.

    Args:
        model: A `DrawingAutoencoder`.
    """

    def __init__(self, model: keras.Model):
        super().__init__()
        self.image_size = model.image_size
        self._draw, self._reconstruct = draw_function(model), reconstruct_function(model)
        images, noise = tf.TensorSpec([None], tf.string, name="images"), tf.TensorSpec([None, *model.noise_shape], tf.float32, name="noise")
        self.draw = tf.function(self._draw, input_signature=[noise], autograph=False)
        self.reconstruct = tf.function(self._reconstruct_files, input_signature=[images, noise], autograph=False)
        self.pixels = tf.function(lambda images: {"pixels": self._pixels(images)}, input_signature=[images], autograph=False)

    def _reconstruct_files(self, images, noise):
        return self._reconstruct(self._pixels(images), noise)

    def _pixels(self, images):
        """Returns what the model sees of files, from 0 to 255, float32 `[batch, image_size, image_size, 1]`."""
        return decode_images(images, self.image_size, channels=1)
