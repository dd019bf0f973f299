"""A model that writes captions, as a graph from files to sentences."""

import keras
import tensorflow as tf

from toolkit.data.images.graph_decoding import decode_images
from toolkit.decoding.search import Search
from toolkit.models.captioner import SPECIAL
from toolkit.tasks.captioning.functions import caption_function

IMAGES = tf.TensorSpec([None], tf.string, name="images")
UNKNOWN = "<unknown>"
"""What stands for a word that the model does not know, which it hardly ever writes."""


class CaptionerModule(tf.Module):
    """What a SavedModel of a model holds: the decoding of images, the model, the search, the words.

    Args:
        model: A `Captioner`.
        search: How to decode.
        max_length: Words of a caption at most.
    """

    def __init__(self, model: keras.Model, search: Search, max_length: int):
        super().__init__()
        self.image_size = model.image_size
        self.words = tf.constant(table_of(model.words))
        self._write = caption_function(model, search, max_length)

    @tf.function(input_signature=[IMAGES], autograph=False)
    def caption(self, images):
        """Writes captions.

        Args:
            images: PNG or JPEG files, strings `[batch]`.

        Returns:
            `captions`, strings `[batch]`; `scores`, float32 `[batch]`, what the search ranks by; `words`, strings `[batch, steps]`, `""`
            after the end; and `attention`, float32 `[batch, steps, places]`: where the model looked for each word, row by row of the image.
        """
        found = self._write(decode_images(images, self.image_size))
        words = tf.gather(self.words, found["tokens"])
        told = tf.not_equal(words, "")
        longest = tf.reduce_max(tf.concat([tf.reduce_sum(tf.cast(told, tf.int32), 1), [0]], 0))
        words = words[:, :longest]
        return {
            "captions": tf.strings.strip(tf.strings.reduce_join(words, -1, separator=" ")),
            "scores": found["scores"],
            "words": words,
            "attention": tf.where(told[:, :longest, tf.newaxis], found["alignments"][:, :longest], 0.0),
        }

    @tf.function(input_signature=[IMAGES], autograph=False)
    def pixels(self, images):
        """Returns what the model sees of files: `pixels`, RGB from 0 to 255, float32 `[batch, image_size, image_size, 3]`."""
        return {"pixels": decode_images(images, self.image_size)}


def table_of(words: list[str]) -> list[str]:
    """Returns words in the order of their numbers; padding, begin and end are empty."""
    return ["", UNKNOWN, *[""] * (SPECIAL - 2), *words]
