"""A translator in Keras as functions of token ids, and as a runner."""

from typing import Any

import keras
import tensorflow as tf

from toolkit.arguments import check_integer
from toolkit.decoding.search import Search
from toolkit.inference.functions import FunctionRunner
from toolkit.layers.recurrent.time_loop import backend
from toolkit.tasks.translation.text_translator import DECODE, SCORE
from toolkit.text.tokenizer import Tokenizer


def translator_runner(model: keras.Model, target_tokenizer: Tokenizer, search: Search | None = None) -> FunctionRunner:
    """Returns what runs a translator in this process, for any batch and length.

    `decode` takes `source` and `prefix`, int32 `[batch, positions]` and `[batch, time]`, 0 for padding, and gives the parts of `Decoded`,
    all hypotheses of each source: `tokens` `[batch, n_best, steps]` and so on. `score` is that of `scoring_function`.

    Args:
        model: A `Translator`, or what has its `encode`, `step` and call.
        target_tokenizer: Tells which ids begin and end a translation.
        search: How `decode` looks for translations; `None` for a `Search` as it is.

    Raises:
        ValueError: The search draws from more tokens than there are.
    """
    search = search or Search()
    if search.top_k is not None:
        check_integer("top_k", search.top_k, 1, target_tokenizer.vocabulary_size)
    begin_id, end_id = target_tokenizer.begin_id, target_tokenizer.end_id
    return FunctionRunner({DECODE: _decoding_function(model, search, begin_id, end_id), SCORE: scoring_function(model, begin_id)})


def _decoding_function(model: keras.Model, search: Search, begin_id: int, end_id: int) -> Any:

    @tf.function(input_signature=_matrices("source", "prefix"))
    def decode(source, prefix):
        with backend("graph"):  # compiles nothing when a new shape comes along
            limits = search.limits(source, prefix)
            decoded = search(model.step, model.encode(source), tf.shape(source)[0], limits, begin_id, end_id, prefix)
        return {name: part for name, part in decoded._asdict().items() if part is not None}

    return decode


def scoring_function(model: keras.Model, begin_id: int) -> Any:
    """Returns the model, all steps in one call, with the sum of the log-probabilities behind it, as one graph for any batch and length.

    Args:
        model: As in `translator_runner`.
        begin_id: What the decoder reads first.

    Returns:
        A `tf.function` from `source` and `target`, int32 `[batch, positions]` and `[batch, time]`, 0 for padding, to `scores`, float32
        `[batch]`: 0 for a row of padding.
    """

    @tf.function(input_signature=_matrices("source", "target"))
    def score(source, target):
        read = tf.pad(target[:, :-1], [[0, 0], [1, 0]], constant_values=begin_id)
        with backend("graph"):
            logits = tf.cast(model((source, read), training=False), tf.float32)
        losses = tf.nn.sparse_softmax_cross_entropy_with_logits(target, logits)
        return {"scores": -tf.reduce_sum(tf.where(tf.equal(target, 0), 0.0, losses), -1)}

    return score


def _matrices(*names: str) -> list[tf.TensorSpec]:
    return [tf.TensorSpec([None, None], tf.int32, name=name) for name in names]
