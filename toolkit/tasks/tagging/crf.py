"""The algebra of a linear-chain conditional random field, exact and for batches of sentences of any length.

A sequence of tags y has the score

    s(y) = first[y_1] + Σ_t emission_t[y_t] + Σ_t between[y_{t-1}, y_t] + last[y_T]

and the probability exp(s(y) - log Z), where Z sums exp(s) over all sequences. All sums are made in log space. The loops are those of
`toolkit.layers.recurrent.time_loop`, so that they run in a SavedModel and in LiteRT, too.

Source: Lafferty, McCallum & Pereira 2001, "Conditional random fields"; Rabiner 1989, "A tutorial on hidden Markov models", section III;
Lample et al. 2016, "Neural architectures for named entity recognition", equation 1.
"""

from collections.abc import Callable
from typing import NamedTuple

import tensorflow as tf

from toolkit.layers.recurrent.backpropagation.through_time import Noise
from toolkit.layers.recurrent.time_loop import scan, swap_batch_and_time


class Chain(NamedTuple):
    """The scores of tags next to each other.

    Attributes:
        between: Of a tag, the row, before another one, the column; `[tags, tags]`.
        first: Of a tag at the beginning; `[tags]`.
        last: Of a tag at the end; `[tags]`.
    """

    between: tf.Tensor
    first: tf.Tensor
    last: tf.Tensor


def log_partition(emissions: tf.Tensor, mask: tf.Tensor, chain: Chain) -> tf.Tensor:
    """Returns log Z.

    Args:
        emissions: Scores of the tags of each word, `[batch, time, tags]`.
        mask: Where there is a word, boolean `[batch, time]`; words are at the left.
        chain: Scores of neighbours.

    Returns:
        `[batch]`; of a sentence without words it means nothing.
    """
    step = _step(chain.between, chain.first, _log_sum)
    _, (reached, _) = _sweep(step, emissions, mask, all_outputs=False)
    return tf.reduce_logsumexp(reached + chain.last, -1)


def score(emissions: tf.Tensor, tags: tf.Tensor, mask: tf.Tensor, chain: Chain) -> tf.Tensor:
    """Returns s(y).

    Args:
        emissions: As for `log_partition`.
        tags: y, integers `[batch, time]`, 0 where there is no word.
        mask: As for `log_partition`.
        chain: As for `log_partition`.

    Returns:
        `[batch]`; of a sentence without words it means nothing.
    """
    here = tf.cast(mask, emissions.dtype)
    final = tf.gather(tags, tf.maximum(tf.reduce_sum(tf.cast(mask, tf.int32), 1) - 1, 0), batch_dims=1)
    neighbours = tf.gather_nd(chain.between, tf.stack([tags[:, :-1], tags[:, 1:]], -1))
    return (
        tf.reduce_sum(here * tf.gather(emissions, tags, batch_dims=2), 1)
        + tf.reduce_sum(here[:, 1:] * neighbours, 1)
        + tf.gather(chain.first, tags[:, 0])
        + tf.gather(chain.last, final)
    )


def negative_log_likelihood(emissions: tf.Tensor, tags: tf.Tensor, mask: tf.Tensor, chain: Chain) -> tf.Tensor:
    """Returns -log p(y).

    Args:
        emissions: As for `log_partition`.
        tags: As for `score`.
        mask: As for `log_partition`.
        chain: As for `log_partition`.

    Returns:
        Nats, `[batch]`; 0 of a sentence without words.
    """
    nats = log_partition(emissions, mask, chain) - score(emissions, tags, mask, chain)
    return tf.where(tf.reduce_any(mask, 1), nats, tf.zeros_like(nats))


def marginals(emissions: tf.Tensor, mask: tf.Tensor, chain: Chain) -> tf.Tensor:
    """Returns the probability of each tag of each word, over all sequences of tags.

    Args:
        emissions: As for `log_partition`.
        mask: As for `log_partition`.
        chain: As for `log_partition`.

    Returns:
        `[batch, time, tags]`; where there is no word it means nothing.
    """
    return tf.nn.softmax(marginal_logits(emissions, mask, chain))


def marginal_logits(emissions: tf.Tensor, mask: tf.Tensor, chain: Chain) -> tf.Tensor:
    """Returns the logits of `marginals`, of the same arguments and shape."""
    from_left, _ = _sweep(_step(chain.between, chain.first, _log_sum), emissions, mask)
    backward = _step(tf.transpose(chain.between), chain.last, _log_sum)
    from_right, _ = _sweep(backward, tf.reverse(emissions, [1]), tf.reverse(mask, [1]))
    return from_left + emissions + tf.reverse(from_right, [1])


def viterbi(emissions: tf.Tensor, mask: tf.Tensor, chain: Chain) -> tf.Tensor:
    """Returns the sequence of tags of the highest score.

    Args:
        emissions: As for `log_partition`.
        mask: As for `log_partition`.
        chain: As for `log_partition`.

    Returns:
        int32 `[batch, time]`; 0 where there is no word.
    """
    tags = emissions.shape[-1]
    pointers, (reached, _) = _sweep(_step(chain.between, chain.first, _highest, _place_of_highest), emissions, mask)

    def back(pointers, state):
        [tag] = state
        before = tf.reduce_sum(tf.one_hot(tf.cast(tf.squeeze(tag, 1), tf.int32), tags, dtype=pointers.dtype) * pointers, 1, keepdims=True)
        return tag, [before]

    final = tf.cast(tf.expand_dims(tf.argmax(reached + chain.last, -1, tf.int32), 1), emissions.dtype)
    noise = Noise(mask=tf.reverse(mask, [1]))
    found = scan(back, swap_batch_and_time(tf.reverse(pointers, [1])), [final], noise, output_size=1, all_outputs=True)[1]
    return tf.cast(tf.squeeze(tf.reverse(found, [1]), 2), tf.int32) * tf.cast(mask, tf.int32)


def _sweep(step, emissions: tf.Tensor, mask: tf.Tensor, all_outputs: bool = True) -> tuple[tf.Tensor | None, list[tf.Tensor]]:
    """Runs a step from the first word to the last; returns its outputs `[batch, time, tags]`, and the last state."""
    tags, first = emissions.shape[-1], emissions[:, 0]
    state = [tf.zeros_like(first), tf.zeros_like(first[:, :1])]
    _, outputs, state = scan(step, swap_batch_and_time(emissions), state, Noise(mask=mask), output_size=tags, all_outputs=all_outputs)
    return outputs, state


def _step(between: tf.Tensor, start: tf.Tensor, reduce: Callable, output: Callable | None = None):
    """Returns a step of a sweep. Its state is the score with which each tag is reached, and whether there was a word before."""

    def step(emission, state):
        reached, begun = state
        ways = tf.expand_dims(reached, 2) + between
        arriving = tf.where(begun > 0, reduce(ways), start)
        return arriving if output is None else output(ways), [emission + arriving, tf.ones_like(begun)]

    return step


def _log_sum(ways: tf.Tensor) -> tf.Tensor:
    return tf.reduce_logsumexp(ways, 1)


def _highest(ways: tf.Tensor) -> tf.Tensor:
    return tf.reduce_max(ways, 1)


def _place_of_highest(ways: tf.Tensor) -> tf.Tensor:
    return tf.cast(tf.argmax(ways, 1, tf.int32), ways.dtype)
