"""A model that tags frames, as functions of pixels, and as a runner."""

from collections.abc import Callable
from typing import Any

import keras
import tensorflow as tf

from toolkit.inference.functions import FunctionRunner
from toolkit.layers.recurrent.time_loop import backend

SERVED = "serving_default"
"""The signature that tags."""

ALONE = "alone"
"""The signature of a run that sees one frame at a time."""


def tag_function(model: keras.Model, loop: str = "graph", output: str = "logits") -> Callable[[tf.Tensor, tf.Tensor], dict[str, tf.Tensor]]:
    """Returns the model: from `images` and `lengths` to `probabilities`, `[batch, frames, labels]`, 0 after the end of a sequence.

    Args:
        model: A `FrameTagger`.
        loop: Time-loop backend. `"graph"` compiles nothing when a new shape comes along.
        output: Which of its outputs says it.
    """

    def tag(images, lengths):
        with backend(loop):
            logits = model({"images": images, "lengths": lengths}, training=False)[output]
        there = tf.expand_dims(tf.range(tf.shape(images)[1]), 0) < tf.expand_dims(lengths, 1)
        return {"probabilities": tf.nn.softmax(tf.cast(logits, tf.float32)) * tf.cast(tf.expand_dims(there, -1), tf.float32)}

    return tag


def signature(model: keras.Model, loop: str = "graph", batch: int | None = None, frames: int | None = None, output: str = "logits") -> Any:
    """Returns a function of `images` and `lengths`, a concrete function, for one shape.

    Args:
        model: As for `tag_function`.
        loop: As for `tag_function`.
        batch: Number of sequences; `None` for any.
        frames: Frames of the longest; `None` for any.
        output: As for `tag_function`.
    """
    shape = [batch, frames, model.image_size, model.image_size, model.channels]
    images, lengths = tf.TensorSpec(shape, tf.float32, name="images"), tf.TensorSpec([batch], tf.int32, name="lengths")
    return tf.function(tag_function(model, loop, output), autograph=False).get_concrete_function(images, lengths)


def tagger_runner(model: keras.Model, loop: str = "graph") -> FunctionRunner:
    """Returns what runs a model in this process: `serving_default`, and, if it has recurrent layers, `alone`.

    Args:
        model: As for `tag_function`.
        loop: As for `tag_function`.
    """
    alone = {ALONE: signature(model, loop, output="frame_logits")} if model.num_layers else {}
    return FunctionRunner({SERVED: signature(model, loop), **alone})
