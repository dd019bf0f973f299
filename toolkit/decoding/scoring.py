"""Scoring of given sequences."""

from typing import NamedTuple

import tensorflow as tf

from toolkit.decoding.buffers import ended
from toolkit.decoding.path import follow


class Scored(NamedTuple):
    """What `score` gives.

    Attributes:
        scores: Log-probability of each sequence, float32 `[batch]`.
        token_scores: Log-probability of each token after those before it, float32 `[batch, time]`; zeros after the end of a row.
        alignments: float32 `[batch, time, positions]`, where the step function looked for each token; `None` if the state does not tell it.
    """

    scores: tf.Tensor
    token_scores: tf.Tensor
    alignments: tf.Tensor | None = None


def score(step, state, targets, begin_id, lengths=None) -> Scored:
    """Returns the log-probability of given sequences.

    log p(y) = Σ_t log p(y_t | y_{<t})

    It takes one step after the other, as decoding does, so the scores are those that decoding gives the same tokens. A model that can run
    all steps in one call, as in training, does that faster.

    Args:
        step: `(tokens int32 [batch], state) -> (logits [batch, vocabulary], state)`.
        state: Any nest of tensors whose first axis is the batch, as in `greedy`.
        targets: int32 `[batch, time]`, with the end id where it counts, without the begin id; zeros after the end.
        begin_id: What the first step reads: an id, or one for each row, `[batch]`.
        lengths: Tokens of each row, `[batch]`; by default those before the zeros at the end.

    Raises:
        ValueError: `targets` is no integer matrix, or the step breaks its contract.
    """
    targets = tf.convert_to_tensor(targets)
    if len(targets.shape) != 2 or not targets.dtype.is_integer:
        raise ValueError(f"Argument `targets` must be integers [batch, time]. Received: {targets.dtype.name}, shape={tuple(targets.shape)}")
    targets = tf.cast(targets, tf.int32)
    batch, time = tf.shape(targets)[0], tf.shape(targets)[1]
    if lengths is None:
        lengths = tf.reduce_max(tf.where(tf.equal(targets, 0), 0, tf.range(1, time + 1)), -1)

    def given(logits, t):
        return tf.gather(targets, t, axis=1)

    path, _ = follow(step, state, batch, given, begin_id=begin_id, end_id=-1, max_length=time)
    token_scores = ended(path.token_scores, lengths)
    alignments = None if isinstance(path.alignments, tuple) else ended(path.alignments, lengths)
    return Scored(tf.reduce_sum(token_scores, -1), token_scores, alignments)
