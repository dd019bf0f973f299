"""A model that answers questions about images, as functions of pixels and numbers, and as a runner."""

from collections.abc import Callable
from typing import Any

import keras
import tensorflow as tf

from toolkit.inference.functions import FunctionRunner
from toolkit.layers.recurrent.time_loop import backend

SERVED = "serving_default"
"""The signature that answers."""

Answers = dict[str, tf.Tensor]


def answer_function(model: keras.Model, loop: str = "graph") -> Callable[[tf.Tensor, tf.Tensor], Answers]:
    """Returns the model for one question about each image: to `probabilities` `[batch, answers]` and `attention` `[batch, hops, places]`.

    Args:
        model: A `VisualAnswerer`.
        loop: Time-loop backend. `"graph"` compiles nothing when a new shape comes along.
    """

    def answer(images, tokens):
        with backend(loop):
            outputs = model({"images": images, "tokens": tf.expand_dims(tokens, 1)}, training=False)
        logits, attention = (tf.cast(tf.squeeze(outputs[name], 1), tf.float32) for name in ("logits", "attention"))
        return {"probabilities": tf.nn.softmax(logits), "attention": attention}

    return answer


def signature(model: keras.Model, loop: str = "graph", batch: int | None = None, time: int | None = None) -> Any:
    """Returns a function of `images` and `tokens`, a concrete function, for one shape.

    Args:
        model: As for `answer_function`.
        loop: As for `answer_function`.
        batch: Number of questions; `None` for any.
        time: Number of words, 0 after the end of a question; `None` for any.
    """
    size = model.image_size
    images = tf.TensorSpec([batch, size, size, 3], tf.float32, name="images")
    tokens = tf.TensorSpec([batch, time], tf.int32, name="tokens")
    return tf.function(answer_function(model, loop), autograph=False).get_concrete_function(images, tokens)


def answerer_runner(model: keras.Model, loop: str = "graph") -> FunctionRunner:
    """Returns what runs a model in this process: `serving_default`, from `images` and `tokens`.

    Args:
        model: As for `answer_function`.
        loop: As for `answer_function`.
    """
    return FunctionRunner({SERVED: signature(model, loop)})
