"""Rules that change logits before a token is chosen.

A rule is any callable `(logits [rows, vocabulary], tokens [rows, max_length], t) -> logits`: `tokens` holds the tokens so far, zeros from
position `t` on; rows are the batch, in a beam search `batch * width`. A token is excluded by -inf. Rules choose, they do not normalise: a
hypothesis keeps the score that the model gives it. A rule that has nothing to exclude at `t` does not touch the logits: a pass over them
takes a noticeable part of a step's time. A rule that is not the same for all rows of the batch has a method `for_rows(rows)`: a beam
search asks it for the rule of those rows that it goes on with.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import tensorflow as tf

from toolkit.arguments import InvalidArgument, check_integer


@dataclass(frozen=True)
class MinimumLength:
    """Excludes the end of a hypothesis before it has enough tokens.

    Args:
        length: Fewest tokens before the end id.
        end_id: The id that ends a row.

    Raises:
        ValueError: An argument is no integer of at least 0.
    """

    length: int
    end_id: int

    def __post_init__(self):
        """Checks the arguments."""
        check_integer("length", self.length, 0)
        check_integer("end_id", self.end_id, 0)

    def __call__(self, logits, tokens, t):
        """Returns the logits, without the end id where `t < length`."""

        def exclude():
            return _without(logits, tf.expand_dims(tf.equal(tf.range(logits.shape[-1]), self.end_id), 0))

        return tf.cond(t < self.length, exclude, lambda: logits)


@dataclass(frozen=True)
class ForbiddenTokens:
    """Excludes tokens everywhere, such as padding, the begin id or the unknown token.

    Args:
        ids: The tokens.

    Raises:
        ValueError: One is no integer of at least 0; when called, one is not in the vocabulary, or none is left.
    """

    ids: Sequence[int]

    def __post_init__(self):
        """Checks the arguments."""
        for token in self.ids:
            check_integer("ids", token, 0)

    def __call__(self, logits, tokens, t):
        """Returns the logits without these tokens."""
        vocabulary, ids = logits.shape[-1], set(self.ids)
        forbidden = [token in ids for token in range(vocabulary)]
        if sum(forbidden) < len(ids) or all(forbidden):
            raise InvalidArgument("ids", f"some, not all, of the ids from 0 to {vocabulary - 1}", self.ids)
        return _without(logits, tf.constant([forbidden]))


@dataclass(frozen=True, eq=False)
class ForcedPrefix:
    """Begins each hypothesis with given tokens.

    Args:
        prefix: int32 `[batch, time]`, a tensor or an array; where it is 0, a row is free.

    Raises:
        ValueError: It is no integer matrix.
    """

    prefix: tf.Tensor

    def __post_init__(self):
        """Checks the arguments."""
        prefix = tf.convert_to_tensor(self.prefix)
        if len(prefix.shape) != 2 or not prefix.dtype.is_integer:
            raise ValueError(
                f"Argument `prefix` must be integers [batch, time]. Received: {prefix.dtype.name}, shape={tuple(prefix.shape)}"
            )

    def for_rows(self, rows: tf.Tensor) -> "ForcedPrefix":
        """Returns the rule of some rows of the batch.

        Args:
            rows: Which, integers `[fewer]`.
        """
        return ForcedPrefix(tf.gather(self.prefix, rows))

    def __call__(self, logits, tokens, t):
        """Returns the logits of nothing but the given token, in rows that have one at `t`."""
        prefix = tf.pad(tf.cast(self.prefix, tf.int32), [[0, 0], [0, 1]])  # all are free after it
        given = tf.gather(prefix, tf.minimum(t, tf.shape(prefix)[1] - 1), axis=1)

        def exclude():
            token = tf.expand_dims(_for_rows(given, tf.shape(logits)[0]), 1)
            others = tf.not_equal(tf.expand_dims(tf.range(logits.shape[-1]), 0), token)
            return _without(logits, tf.logical_and(others, tf.not_equal(token, 0)))

        return tf.cond(tf.reduce_any(tf.not_equal(given, 0)), exclude, lambda: logits)


@dataclass(frozen=True)
class NoRepeatedNgrams:
    """Excludes each token that would complete an n-gram which the hypothesis already has.

    Args:
        size: n; with 1 no token comes twice.

    Raises:
        ValueError: It is no integer of at least 1.

    Source: Paulus, Xiong & Socher 2018, "A deep reinforced model for abstractive summarization", section 2.5 (there n is 3).
    """

    size: int

    def __post_init__(self):
        """Checks the arguments."""
        check_integer("size", self.size, 1)

    def __call__(self, logits, tokens, t):
        """Returns the logits without what would repeat an n-gram."""
        before = self.size - 1
        count = tf.maximum(tf.shape(tokens)[1] - before, 0)  # n-grams that fit into the buffer
        repeats = tf.expand_dims(tf.range(count) + before < t, 0)  # those that are complete
        for i in range(before):  # those that begin with the last n - 1 tokens
            last = tf.gather(tokens, tf.maximum(t - before + i, 0), axis=1)
            repeats = tf.logical_and(repeats, tf.equal(tokens[:, i : i + count], tf.expand_dims(last, 1)))
        return _without(logits, _marked(tokens[:, before:], repeats, logits.shape[-1]))


def _without(logits, excluded):
    return tf.where(excluded, float("-inf"), logits)


def _for_rows(values, rows):
    """Repeats what is given for each row of the batch for each of its beams."""
    width = rows // tf.maximum(tf.shape(values)[0], 1)
    return tf.gather(values, tf.range(rows) // tf.maximum(width, 1))


def _marked(tokens, chosen, vocabulary):
    """Returns which ids are among the chosen tokens of each row, bool `[rows, vocabulary]`."""
    rows = tf.shape(tokens)[0]
    places = tokens + tf.expand_dims(tf.range(rows), 1) * vocabulary
    counts = tf.where(chosen, tf.ones_like(tokens), 0)
    counts = tf.scatter_nd(tf.reshape(places, [-1, 1]), tf.reshape(counts, [-1]), tf.expand_dims(rows * vocabulary, 0))
    return tf.reshape(counts, [-1, vocabulary]) > 0
