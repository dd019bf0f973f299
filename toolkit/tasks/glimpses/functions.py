"""A model that looks at images, as functions of pixels, and as a runner."""

from collections.abc import Callable
from typing import Any

import keras
import tensorflow as tf

from toolkit.inference.functions import FunctionRunner
from toolkit.layers.recurrent.time_loop import backend

SERVED = "serving_default"
"""The signature that looks."""

Looked = dict[str, tf.Tensor]


def look_function(model: keras.Model, loop: str = "graph") -> Callable[[tf.Tensor], Looked]:
    """Returns the model: from `images` to `probabilities`, `[batch, objects, labels]`, and `locations`, `[batch, glimpses, 2]`.

    Args:
        model: A `GlimpseClassifier`.
        loop: Time-loop backend of its core, for a cell that has loops of its own.
    """

    def look(images):
        with backend(loop):
            outputs = model(images, training=False)
        return {
            "probabilities": tf.nn.softmax(tf.cast(outputs["logits"], tf.float32)),
            "locations": tf.cast(outputs["locations"], tf.float32),
        }

    return look


def signature(model: keras.Model, loop: str = "graph", batch: int | None = None) -> Any:
    """Returns a function of `images`, a concrete function.

    Args:
        model: As for `look_function`.
        loop: As for `look_function`.
        batch: Number of images; `None` for any.
    """
    shape = [batch, model.image_size, model.image_size, model.channels]
    return tf.function(look_function(model, loop), autograph=False).get_concrete_function(tf.TensorSpec(shape, tf.float32, name="images"))


def glimpse_runner(model: keras.Model, loop: str = "graph") -> FunctionRunner:
    """Returns what runs a model in this process: `serving_default`, from `images`.

    Args:
        model: As for `look_function`.
        loop: As for `look_function`.
    """
    return FunctionRunner({SERVED: signature(model, loop)})
