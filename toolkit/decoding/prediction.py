"""One call of the step function, and what decoding asks of its state."""

from collections.abc import Mapping
from typing import Any, NamedTuple

import tensorflow as tf


class Prediction(NamedTuple):
    """What a step says of the next token.

    Attributes:
        logits: float32 `[rows, vocabulary]`, moved so that the highest was 0, then changed by the rules.
        log_sum: float32 `[rows]`: `logits - log_sum` are log-probabilities of the model, for the rules come after it.
        state: The state after the step.
    """

    logits: tf.Tensor
    log_sum: tf.Tensor
    state: Any


def predict(step, state, rules, last: tf.Tensor, tokens: tf.Tensor, t: tf.Tensor) -> Prediction:
    """Calls the step function and applies the rules.

    Args:
        step: `(tokens [rows], state) -> (logits [rows, vocabulary], state)`.
        state: The state before the step.
        rules: Callables `(logits, tokens, t) -> logits`.
        last: The token before, int32 `[rows]`.
        tokens: Tokens so far, int32 `[rows, length]`, zeros from position `t` on.
        t: Position that is decoded, an int32 scalar.

    Raises:
        ValueError: The step returned logits or a state of another shape.
    """
    logits, new_state = step(last, state)
    logits = tf.cast(logits, tf.float32)
    if len(logits.shape) != 2 or logits.shape[-1] is None:
        raise ValueError(
            f"Argument `step` must return logits [rows, vocabulary] with a known vocabulary. Received: shape={tuple(logits.shape)}"
        )
    logits -= tf.reduce_max(logits, -1, keepdims=True)
    log_sum = tf.math.log(tf.reduce_sum(tf.exp(logits), -1))
    for rule in rules:
        logits = rule(logits, tokens, t)
    return Prediction(logits, log_sum, shaped_like(state, new_state))


def shaped_like(old, new):
    """Returns `new` with the structure and the static shapes of `old`, as a loop wants it.

    Args:
        old: Nest of tensors before a step.
        new: The same after it; lists may have become tuples.

    Raises:
        ValueError: The structure or a shape is another one.
    """
    tf.nest.assert_same_structure(old, new, check_types=False)
    parts = [tf.convert_to_tensor(part) for part in tf.nest.flatten(new)]
    for part, before in zip(parts, tf.nest.flatten(old), strict=True):
        if not part.shape.is_compatible_with(before.shape) or part.dtype != before.dtype:
            raise ValueError(
                f"Argument `step` must return each part of the state as it was: {before.dtype.name} {before.shape}. "
                f"Received: {part.dtype.name} {part.shape}"
            )
        part.set_shape(before.shape)
    return tf.nest.pack_sequence_as(old, parts)


def alignment_of(state) -> tf.Tensor | None:
    """Returns where the last step looked, `[rows, positions]`, if the state tells it.

    Args:
        state: A state; one that is a dict may have the key `"alignment"`.
    """
    return state["alignment"] if isinstance(state, Mapping) and "alignment" in state else None
