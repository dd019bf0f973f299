"""A model that tags frames, as a graph from files to labels."""

import keras
import numpy as np
import tensorflow as tf

from toolkit.data.images.decoding import to_png
from toolkit.data.images.graph_decoding import decode_images
from toolkit.tasks.frames.functions import tag_function

IMAGES = tf.TensorSpec([None, None], tf.string, name="images")


class FrameModule(tf.Module):
    """What a SavedModel of a model holds: the decoding of images, the model, the names of the labels.

    Args:
        model: A `FrameTagger`.
    """

    def __init__(self, model: keras.Model):
        super().__init__()
        self.image_size, self.channels = model.image_size, model.channels
        self.names = tf.constant(model.label_names)
        self._nothing = tf.constant(to_png(np.zeros((1, 1), np.uint8)))
        self._tag = tag_function(model, "graph")

    @tf.function(input_signature=[IMAGES])
    def tag(self, images):
        """Names what is on each frame of sequences.

        Args:
            images: PNG or JPEG files, strings `[batch, frames]`, empty after the end of a sequence.

        Returns:
            `labels`, strings `[batch, frames]`, empty there; `scores`, the probability of each, float32 `[batch, frames]`, 0 there; and
            `probabilities` of all labels, float32 `[batch, frames, labels]`.
        """
        there = tf.not_equal(images, "")
        lengths = tf.reduce_sum(tf.cast(there, tf.int32), -1)
        in_a_row = tf.reduce_all(tf.equal(there, tf.sequence_mask(lengths, tf.shape(images)[1])))
        with tf.control_dependencies([tf.debugging.Assert(in_a_row, ["expected no empty string before a frame, found one"])]):
            lengths = tf.identity(lengths)
        probabilities = self._tag(self._pixels(images), lengths)["probabilities"]
        labels = tf.where(there, tf.gather(self.names, tf.argmax(probabilities, -1)), "")
        return {"labels": labels, "scores": tf.reduce_max(probabilities, -1), "probabilities": probabilities}

    @tf.function(input_signature=[IMAGES])
    def pixels(self, images):
        """Returns what the model sees of files: from 0 to 255, float32 `[batch, frames, image_size, image_size, channels]`."""
        return {"pixels": self._pixels(images)}

    def _pixels(self, images):
        files = tf.reshape(images, [-1])
        pixels = decode_images(tf.where(tf.equal(files, ""), self._nothing, files), self.image_size, self.channels)
        shape = [self.image_size, self.image_size, self.channels]
        return tf.ensure_shape(tf.reshape(pixels, tf.concat([tf.shape(images), shape], 0)), [None, None, *shape])
