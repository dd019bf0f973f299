"""A classifier in Keras as a function of token ids, and as a runner."""

from collections.abc import Callable

import keras
import tensorflow as tf

from toolkit.inference.functions import FunctionRunner
from toolkit.layers.recurrent.time_loop import backend
from toolkit.tasks.classification.probabilities import SERVED


def probability_function(model: keras.Model, loop: str = "graph") -> Callable[[tf.Tensor], tf.Tensor]:
    """Returns the model with a softmax behind it, as one graph for any batch and length.

    Args:
        model: Classifier from token ids to logits.
        loop: Time-loop backend. `"graph"` compiles nothing when a new shape comes along, as they do when texts are served.

    Returns:
        A `tf.function` from int32 `[batch, time]` to float32 `[batch, labels]`.
    """

    @tf.function(input_signature=[tf.TensorSpec([None, None], tf.int32, name="tokens")])
    def probabilities(tokens):
        with backend(loop):
            return tf.nn.softmax(tf.cast(model(tokens, training=False), tf.float32))

    return probabilities


def scores_function(probabilities: Callable[[tf.Tensor], tf.Tensor], batch: int | None, length: int | None):
    """Returns a classifier whose output is named, a concrete function, for one shape.

    Args:
        probabilities: From `probability_function`.
        batch: Number of texts; `None` for any.
        length: Number of their token ids, 0 after the end of a text; `None` for any.
    """

    @tf.function(input_signature=[tf.TensorSpec([batch, length], tf.int32, name="tokens")], autograph=False)
    def scores(tokens):
        return {"scores": probabilities.python_function(tokens)}  # traced anew: a call would have any shape inside

    return scores.get_concrete_function()


def classifier_runner(model: keras.Model, loop: str = "graph") -> FunctionRunner:
    """Returns what runs a classifier in this process: `serving_default`, from `tokens` to `scores`.

    Args:
        model: As in `probability_function`.
        loop: As in `probability_function`.
    """
    return FunctionRunner({SERVED: scores_function(probability_function(model, loop), None, None)})
