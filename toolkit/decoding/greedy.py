"""Greedy decoding."""

import tensorflow as tf

from toolkit.decoding.decoded import Decoded
from toolkit.decoding.path import follow


def greedy(step, state, batch, begin_id, end_id, max_length, rules=(), whole=False) -> Decoded:
    """Takes the most probable token at every step.

    y_t = argmax_w log p(w | y_{<t})

    Args:
        step: `(tokens int32 [batch], state) -> (logits [batch, vocabulary], state)`.
        state: Any nest of tensors whose first axis is the batch. If it is a dict with the key `"alignment"`, `[batch, positions]`,
            alignments are collected; at the start zeros will do.
        batch: Number of rows, an integer or a scalar tensor.
        begin_id: What the first step reads: an id, or one for each row, `[batch]`.
        end_id: The id that ends a row; -1 if there is none.
        max_length: Most tokens of a row, the end id among them: an integer or a scalar tensor.
        rules: Logit rules, see `toolkit.decoding.rules`.
        whole: Whether hypotheses are `max_length` long, with zeros at their ends, for shapes that do not depend on what is found.

    Returns:
        One hypothesis for each row. Of equal logits the lowest id is taken.

    Raises:
        ValueError: `max_length` is less than 1, or the step breaks its contract.
    """
    options = {"begin_id": begin_id, "end_id": end_id, "max_length": max_length, "rules": rules}
    return follow(step, state, batch, most_probable, **options)[0].decoded(whole)


def most_probable(logits: tf.Tensor, t: tf.Tensor) -> tf.Tensor:
    """Returns the ids of the highest logits, int32 `[rows]`.

    Args:
        logits: `[rows, vocabulary]`.
        t: Position; not needed.
    """
    return tf.argmax(logits, -1, tf.int32)
