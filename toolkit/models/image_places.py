"""From the pixels of an image to a vector for each of its places."""

import keras
from keras import ops

HALVINGS = 3  # of the image's side, one by each convolution


def convolutions(filters: int) -> list[keras.layers.Layer]:
    """Returns the layers of a small network over pixels: each convolution halves the side of the image.

    Args:
        filters: Features of the first convolution; each of the next ones has twice as many.
    """
    return [layer for number in range(HALVINGS) for layer in _convolution(filters * 2**number)]


class Places(keras.layers.Layer):
    """Makes a list of the places of an image; adds to each a learned vector that says where it is.

    Call arguments:
        features: `[batch, rows, columns, features]`.

    Returns:
        `[batch, rows * columns, features]`, row by row of the image.
    """

    def build(self, features_shape):
        """Creates the vectors."""
        _, rows, columns, features = features_shape
        self.where = self.add_weight((rows * columns, features), "zeros", name="where")

    def call(self, features):
        """Adds them."""
        _, rows, columns, size = features.shape
        return ops.reshape(features, (-1, rows * columns, size)) + ops.cast(self.where, features.dtype)

    def compute_output_shape(self, features_shape):
        """Returns `[batch, rows * columns, features]`."""
        batch, rows, columns, size = features_shape
        return batch, rows * columns, size


def _convolution(filters: int) -> list[keras.layers.Layer]:
    """Returns the layers that halve the side of an image. Without batch normalisation such a model does not learn to look."""
    return [
        keras.layers.Conv2D(filters, 3, strides=2, padding="same", use_bias=False, kernel_initializer="he_normal"),
        keras.layers.BatchNormalization(momentum=0.9),
        keras.layers.Activation("relu"),
    ]
