"""A model that writes captions, as functions of pixels, and as a runner."""

from typing import Any

import keras
import tensorflow as tf

from toolkit.decoding.search import Search
from toolkit.inference.functions import FunctionRunner
from toolkit.layers.recurrent.time_loop import backend
from toolkit.models.captioner import BEGIN, END

SERVED = "serving_default"
"""The signature that writes captions as the run's search does."""


def caption_function(
    model: keras.Model,
    search: Search,
    max_length: int,
    loop: str = "graph",
    batch: int | None = None,
    given: bool = False,
    rank: int = 0,
) -> Any:
    """Returns encoder and search as one graph, of each image one caption.

    Args:
        model: What has the `encode` and `step` of a `Captioner`, and its `image_size`.
        search: How to decode.
        max_length: Words of a caption at most.
        loop: Time-loop backend. `"graph"` compiles nothing when a new shape comes along.
        batch: Number of images; `None` for any. A fixed one makes a graph of fixed shapes, for XLA and for TPUs, with zeros after the ends.
        given: Whether there is another input, `tokens`, int32 `[batch, steps]`: what is to be written, 0 where that is free.
        rank: Which of the `n_best` captions of the search, from 0, the best; it has the length 0 if there are not so many.

    Returns:
        A `tf.function` from `images`, float32 `[batch, image_size, image_size, 3]`, to the parts of `Decoded` by name: tokens
        `[batch, steps]`, lengths and scores `[batch]`, alignments `[batch, steps, places]`.
    """
    size, longest = model.image_size, max_length + 1  # the end is a token, too
    spec = tf.TensorSpec([batch, size, size, 3], tf.float32, name="images")

    def write(images, tokens):
        rows = tf.shape(images)[0] if batch is None else batch
        limits = tf.fill([rows], longest)
        with backend(loop):
            decoded = search(model.step, model.encode(images), rows, limits, BEGIN, END, tokens, longest=longest if batch else None)
        return {name: part[:, rank] for name, part in decoded._asdict().items()}

    if given:
        return tf.function(write, [spec, tf.TensorSpec([batch, None], tf.int32, name="tokens")], autograph=False)
    return tf.function(lambda images: write(images, None), [spec], autograph=False)


def captioner_runner(model: keras.Model, search: Search, max_length: int, loop: str = "graph", rank: int = 0) -> FunctionRunner:
    """Returns what runs a model in this process: `serving_default`, from `images`.

    Args:
        model: As for `caption_function`.
        search: As for `caption_function`.
        max_length: As for `caption_function`.
        loop: As for `caption_function`.
        rank: As for `caption_function`.
    """
    return FunctionRunner({SERVED: caption_function(model, search, max_length, loop, rank=rank)})
