"""A tagger in Keras as functions of numbers, and as a runner."""

from collections.abc import Callable, Mapping
from typing import Any

import keras
import tensorflow as tf

from toolkit.inference.functions import FunctionRunner
from toolkit.layers.recurrent.time_loop import backend
from toolkit.tasks.tagging.answers import SERVED
from toolkit.tasks.tagging.crf import Chain, marginals, viterbi

Answers = dict[str, tf.Tensor]


def chain_of(model: keras.Model) -> Chain | None:
    """Returns how well the tags of a `Tagger` go together, if it has a conditional random field."""
    chain = model.chain
    return chain and Chain(*(tf.convert_to_tensor(part.value) for part in (chain.between, chain.first, chain.last)))


def decode(model: keras.Model, logits: tf.Tensor, mask: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
    """Returns the best tags of sentences, and the probabilities of all tags.

    Args:
        model: A `Tagger`. With a conditional random field the tags are those of the most probable sequence.
        logits: `[batch, time, tags]`.
        mask: Where there is a word, `[batch, time]`.

    Returns:
        Tags, int32 `[batch, time]`, 0 where there is no word, and probabilities `[batch, time, tags]`.
    """
    logits, chain = tf.cast(logits, tf.float32), chain_of(model)
    if chain is None:
        return tf.argmax(logits, -1, tf.int32) * tf.cast(mask, tf.int32), tf.nn.softmax(logits)
    return viterbi(logits, mask, chain), marginals(logits, mask, chain)


def tag_function(model: keras.Model, loop: str = "graph") -> Callable[[Mapping[str, tf.Tensor]], Answers]:
    """Returns the model with its decoder, from the model's inputs to `tags` and `scores`, the probability of each: `[batch, time]`.

    Args:
        model: A `Tagger`.
        loop: Time-loop backend. `"graph"` compiles nothing when a new shape comes along.
    """

    def tag(inputs):
        with backend(loop):
            mask = tf.not_equal(inputs["tokens"], 0)
            tags, probabilities = decode(model, model(inputs, training=False), mask)
        of_tags = tf.reduce_sum(tf.one_hot(tags, len(model.tag_names)) * probabilities, -1)
        return {"tags": tags, "scores": of_tags * tf.cast(mask, tf.float32)}

    return tag


def all_function(model: keras.Model, loop: str = "graph") -> Callable[[Mapping[str, tf.Tensor]], Answers]:
    """Returns what an artefact is compared with: `tags`, the `probabilities` of all tags, and `logits`.

    Args:
        model: As for `tag_function`.
        loop: As for `tag_function`.
    """

    def answer(inputs):
        with backend(loop):
            logits = model(inputs, training=False)
            tags, probabilities = decode(model, logits, tf.not_equal(inputs["tokens"], 0))
        return {"tags": tags, "probabilities": probabilities, "logits": tf.cast(logits, tf.float32)}

    return answer


def signature(
    model: keras.Model, function: Callable[[Mapping[str, tf.Tensor]], Answers], batch: int | None = None, time: int | None = None
):
    """Returns a function of the inputs by name, a concrete function, for one shape.

    Args:
        model: What the function calls.
        function: From `tag_function` or `all_function`.
        batch: Number of sentences; `None` for any.
        time: Number of words, 0 after the end of a sentence; `None` for any.
    """
    shapes: dict[str, list[int | None]] = {"tokens": [batch, time]}
    if model.character_units:
        shapes["characters"] = [batch, time, model.word_length]
    specs = {name: tf.TensorSpec(shape, tf.int32, name=name) for name, shape in shapes.items()}

    def call(**inputs: tf.Tensor) -> Any:
        return function(inputs)

    return tf.function(call, autograph=False).get_concrete_function(**specs)


def tagger_runner(model: keras.Model, loop: str = "graph") -> FunctionRunner:
    """Returns what runs a tagger in this process: `serving_default`, from `tokens` and maybe `characters` to `tags` and `scores`.

    Args:
        model: A `Tagger`.
        loop: As in `tag_function`.
    """
    return FunctionRunner({SERVED: signature(model, tag_function(model, loop))})
