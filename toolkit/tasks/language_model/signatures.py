"""The language model as the two signatures of a LiteRT file."""

from typing import Any

import keras
import tensorflow as tf

from toolkit.tasks.language_model.graph import continued, step_function
from toolkit.text.tokenizer import Tokenizer


def signatures_of(model: keras.Model, tokenizer: Tokenizer, documents: bool) -> dict[str, Any]:
    """Returns the signatures of a LiteRT file of a language model for any shape.

    | signature | takes | gives |
    |---|---|---|
    | `step` | `tokens` `[batch]`, and the state: `layer_0_h`, ..., zeros at the start | `logits`, and the new state |
    | `generate` | `tokens` `[batch, positions]`, `noise`, `temperature`, `top_k`, `top_p` | what `continued` returns |

    LiteRT has no random numbers that a seed determines, so Gumbel noise is an input, `[steps, batch, numbers]`: as many numbers as there
    are tokens to draw from, the vocabulary or `top_k`. At temperature 0 it is not looked at, and one number for each step and row will do.

    Args:
        model: A `LanguageModel`.
        tokenizer: Tells the special ids.
        documents: Whether texts have an end.
    """

    @tf.function(
        input_signature=[
            tf.TensorSpec([None, None], tf.int32, name="tokens"),
            tf.TensorSpec([None, None, None], tf.float32, name="noise"),
            tf.TensorSpec([], tf.float32, name="temperature"),
            tf.TensorSpec([], tf.int32, name="top_k"),
            tf.TensorSpec([], tf.float32, name="top_p"),
        ],
        autograph=False,
    )
    def generate(tokens, noise, temperature, top_k, top_p):
        def numbers(t, shape):
            # Also the branch of sampling that is not taken must have fitting shapes, so what is too narrow is repeated.
            return tf.gather(tf.gather(noise, t), tf.range(shape[1]) % tf.shape(noise)[2], axis=1)

        return continued(model, tokenizer, documents, "litert", tokens, tf.shape(noise)[0], temperature, top_k, top_p, numbers)

    return {"step": step_function(model, "litert"), "generate": generate}
