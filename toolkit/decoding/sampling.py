"""Sampling."""

from collections.abc import Callable

import tensorflow as tf

from toolkit.arguments import check_fraction, check_integer, check_not_negative
from toolkit.decoding.decoded import Decoded
from toolkit.decoding.greedy import greedy, most_probable
from toolkit.decoding.noise import gumbel_noise
from toolkit.decoding.path import follow


def sample(
    step,
    state,
    batch,
    begin_id,
    end_id,
    max_length,
    temperature=1.0,
    top_k=None,
    top_p=None,
    noise: Callable[[tf.Tensor, tf.Tensor], tf.Tensor] | None = None,
    seed=None,
    rules=(),
    whole=False,
) -> Decoded:
    """Draws each token from the model's distribution.

        y_t = argmax_w (logits_w / temperature + g_w),  g_w Gumbel noise

    which is a draw from softmax(logits / temperature). The drawn token, not the distribution, is what the next step reads.

    Args:
        step: `(tokens int32 [batch], state) -> (logits [batch, vocabulary], state)`.
        state: Any nest of tensors whose first axis is the batch, as in `greedy`.
        batch: Number of rows, an integer or a scalar tensor. For several samples repeat the rows of the state.
        begin_id: What the first step reads: an id, or one for each row, `[batch]`, such as the last of a prompt.
        end_id: The id that ends a row; -1 if there is none.
        max_length: Most tokens of a row, the end id among them: an integer or a scalar tensor.
        temperature: Below 1 the probable becomes more probable, above 1 less; 0 is `greedy`. This and the next two may be scalar tensors,
            so that a graph can take them as inputs; their values are not checked.
        top_k: Draw only from the k most probable tokens; `None`, or a tensor of 0, for all.
        top_p: Draw only from the fewest most probable tokens whose probabilities, after temperature and `top_k`, add up to at least this;
            `None` or 1 for all.
        noise: Source of Gumbel noise, `(t, shape) -> float32 of that shape`. LiteRT needs it: an input tensor `numbers`
            `[max_length, batch, vocabulary]` serves as `lambda t, shape: numbers[t, :, : shape[1]]`. With `top_k` so many numbers do.
        seed: For `gumbel_noise(seed)`. Exactly one of `noise` and `seed` must be given, unless `temperature=0`.
        rules: Logit rules, see `toolkit.decoding.rules`.
        whole: Whether hypotheses are `max_length` long, with zeros at their ends, for shapes that do not depend on what is found.

    Returns:
        One hypothesis for each row. Scores are log-probabilities of the model itself, at temperature 1 and with no token excluded.

    Raises:
        ValueError: An argument is out of its range, or the step breaks its contract.

    Source: top-k: Fan, Lewis & Dauphin 2018, "Hierarchical neural story generation"; top-p: Holtzman et al. 2020, "The curious case of
    neural text degeneration".
    """
    if not tf.is_tensor(temperature):
        check_not_negative("temperature", temperature)
    if top_k is not None and not tf.is_tensor(top_k):
        check_integer("top_k", top_k, 1)
    if top_p is not None and not tf.is_tensor(top_p):
        check_fraction("top_p", top_p)
    if not tf.is_tensor(temperature) and temperature == 0:
        return greedy(step, state, batch, begin_id, end_id, max_length, rules, whole)
    choose = drawing(temperature, top_k, top_p, _source(noise, seed))
    options = {"begin_id": begin_id, "end_id": end_id, "max_length": max_length, "rules": rules}
    return follow(step, state, batch, choose, **options)[0].decoded(whole)


def _source(noise, seed):
    if (noise is None) == (seed is None):
        raise ValueError(f"Exactly one of the arguments `noise` and `seed` must be given. Received: noise={noise!r}, seed={seed!r}")
    if noise is not None:
        return noise
    if not tf.is_tensor(seed):
        check_integer("seed", seed, -(2**31), 2**31 - 1)
    return gumbel_noise(seed)


def drawing(temperature, top_k, top_p, noise: Callable) -> Callable[[tf.Tensor, tf.Tensor], tf.Tensor]:
    """Returns the choice that `sample` makes of each token, for `follow`.

    Args:
        temperature: As in `sample`.
        top_k: As in `sample`.
        top_p: As in `sample`.
        noise: As in `sample`.

    Returns:
        `(logits [rows, vocabulary], t) -> tokens`, int32 `[rows]`.

    Raises:
        ValueError: When called, `top_k` is larger than the vocabulary.
    """
    top_k = 0 if top_k is None else top_k
    top_p = 1.0 if top_p is None else top_p

    def draw(logits, t):
        candidates = logits / temperature
        return tf.argmax(candidates + noise(t, tf.shape(candidates)), -1, tf.int32)

    def draw_from_best(logits, t):
        best, order = tf.math.top_k(logits / temperature, _count(top_k, logits.shape[-1]))
        best = _nucleus(best, top_p)
        drawn = tf.argmax(best + noise(t, tf.shape(best)), -1, tf.int32)
        return tf.gather(order, drawn, batch_dims=1)

    def choose(logits, t):
        restricted = (top_k != 0) | (top_p != 1)
        return _either(
            temperature > 0,
            lambda: _either(restricted, lambda: draw_from_best(logits, t), lambda: draw(logits, t)),
            lambda: most_probable(logits, t),
        )

    return choose


def _either(condition, yes: Callable, no: Callable):
    """Runs one of two functions: now, if the condition is known, or when the graph runs."""
    if tf.is_tensor(condition):
        return tf.cond(condition, yes, no)
    return yes() if condition else no()


def _count(top_k, vocabulary: int):
    if tf.is_tensor(top_k):
        return tf.where(tf.equal(top_k, 0), vocabulary, top_k)
    if top_k:
        check_integer("top_k", top_k, 1, vocabulary)
    return top_k or vocabulary


def _nucleus(logits, top_p):
    """Excludes what comes after the first probabilities that add up to `top_p`; logits fall from left to right."""
    top_p = tf.cast(top_p, logits.dtype)
    before = tf.cumsum(tf.nn.softmax(logits), -1, exclusive=True)
    # A sum that is rounded up to 1 must not exclude the last ones.
    return tf.where(tf.logical_or(before < top_p, tf.equal(top_p, 1.0)), logits, float("-inf"))
