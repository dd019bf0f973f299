"""The loop of greedy decoding, sampling and scoring: one hypothesis for each row."""

from collections.abc import Callable
from typing import Any, NamedTuple

import tensorflow as tf

from toolkit.arguments import check_integer
from toolkit.decoding.buffers import cut, ended, write
from toolkit.decoding.decoded import Decoded
from toolkit.decoding.prediction import alignment_of, predict, shaped_like


class Path(NamedTuple):
    """One hypothesis for each row, as far as it is decoded.

    Attributes:
        tokens: int32 `[batch, max_length]`.
        token_scores: Log-probability of each token, float32 `[batch, max_length]`.
        lengths: int32 `[batch]`.
        scores: Sum of the token scores, float32 `[batch]`.
        finished: Whether the end id was reached, bool `[batch]`.
        alignments: float32 `[batch, max_length, positions]`, or `()`.
    """

    tokens: tf.Tensor
    token_scores: tf.Tensor
    lengths: tf.Tensor
    scores: tf.Tensor
    finished: tf.Tensor
    alignments: tf.Tensor | tuple = ()

    def decoded(self, whole: bool = False) -> Decoded:
        """Returns the hypotheses.

        Args:
            whole: Whether they stay as long as the buffers; else they are cut to the longest.
        """
        shortened = ended if whole else cut
        alignments = None if isinstance(self.alignments, tuple) else shortened(self.alignments, self.lengths)
        return Decoded(shortened(self.tokens, self.lengths), self.lengths, self.scores, alignments)


def follow(step, state, batch, choose: Callable, *, begin_id, end_id, max_length, rules=()) -> tuple[Path, Any]:
    """Decodes until all rows have ended.

    Args:
        step: `(tokens [batch], state) -> (logits [batch, vocabulary], state)`.
        state: Nest of tensors `[batch, ...]`.
        batch: Number of rows.
        choose: `(logits, t) -> tokens`, int32 `[batch]`.
        begin_id: What the first step reads.
        end_id: What ends a row.
        max_length: Most tokens of a row.
        rules: Logit rules.

    Returns:
        The hypotheses, and the state after their last token but one: to go on, let the last token be what the first step reads.

    Raises:
        ValueError: `max_length` is less than 1, or the step breaks its contract.
    """
    if not tf.is_tensor(max_length):  # a tensor has its value when the graph runs
        check_integer("max_length", max_length, 1)
    state = tf.nest.map_structure(tf.convert_to_tensor, state)
    begin = tf.zeros([batch], tf.int32) + begin_id

    def goes_on(t, path, state):
        return tf.logical_and(t < max_length, tf.reduce_any(tf.logical_not(path.finished)))

    def write_next(t, path, state):
        # Read from the buffer: LiteRT's loop goes wrong where a step puts a loop variable itself, such as the last token, into its state.
        last = tf.where(tf.equal(t, 0), begin, tf.gather(path.tokens, tf.maximum(t - 1, 0), axis=1))
        prediction = predict(step, state, rules, last, path.tokens, t)
        tokens = choose(prediction.logits, t)
        gains = tf.gather(prediction.logits, tokens, batch_dims=1) - prediction.log_sum
        new_path = _extended(path, t, tokens, gains, alignment_of(prediction.state), end_id)
        return t + 1, shaped_like(path, new_path), prediction.state

    start = (tf.constant(0), _start(batch, max_length, alignment_of(state)), state)
    return tf.while_loop(goes_on, write_next, start)[1:]


def _start(batch, max_length, alignment) -> Path:
    none = tf.zeros([batch], tf.int32)
    return Path(
        tokens=tf.zeros([batch, max_length], tf.int32),
        token_scores=tf.zeros([batch, max_length]),
        lengths=none,
        scores=tf.zeros([batch]),
        finished=tf.zeros([batch], tf.bool),
        alignments=() if alignment is None else tf.zeros([batch, max_length, tf.shape(alignment)[1]], alignment.dtype),
    )


def _extended(path: Path, t, tokens, gains, alignment, end_id) -> Path:
    tokens = tf.where(path.finished, 0, tokens)
    gains = tf.where(path.finished, 0.0, gains)
    return Path(
        tokens=write(path.tokens, t, tokens),
        token_scores=write(path.token_scores, t, gains),
        lengths=tf.where(path.finished, path.lengths, t + 1),
        scores=path.scores + gains,
        finished=tf.logical_or(path.finished, tf.equal(tokens, end_id)),
        alignments=() if alignment is None else write(path.alignments, t, alignment),
    )
