"""How to look for a translation: the choice of a decoder and its options in one value."""

from dataclasses import dataclass
from typing import Literal

import numpy as np
import tensorflow as tf

from toolkit.arguments import check_choice, check_fraction, check_integer, check_not_negative
from toolkit.decoding.beam import beam_search
from toolkit.decoding.decoded import Decoded
from toolkit.decoding.greedy import greedy
from toolkit.decoding.rules import ForbiddenTokens, ForcedPrefix, MinimumLength, NoRepeatedNgrams
from toolkit.decoding.sampling import sample

PAD_ID = 0


@dataclass(frozen=True, kw_only=True)
class Search:
    """A way to decode, the same in Python, in a SavedModel and in a LiteRT file.

    Attributes:
        method: `"beam"`, `"greedy"` or `"sample"`.
        beam_width: Hypotheses kept at each step of a beam search.
        n_best: Hypotheses given for each source, at most `beam_width`; more than one needs `"beam"`.
        length_penalty: α of `beam_search`.
        coverage_penalty: β of `beam_search`.
        min_length: Fewest tokens of a hypothesis, the end not among them.
        max_length_factor: Most tokens of a hypothesis for each token of its source, besides ten.
        no_repeat_ngrams: No n-gram of this size comes twice; 0 to allow it.
        temperature: Of `"sample"`.
        top_k: Of `"sample"`: draw from that many tokens; `None` for all.
        top_p: Of `"sample"`: draw from the fewest tokens of that probability; `None` for all.
        seed: Of `"sample"`: the same seed gives the same samples.

    Raises:
        ValueError: A value is out of range.
    """

    method: Literal["beam", "greedy", "sample"] = "beam"
    beam_width: int = 5
    n_best: int = 1
    length_penalty: float = 1.0
    coverage_penalty: float = 0.0
    min_length: int = 1
    max_length_factor: float = 2.0
    no_repeat_ngrams: int = 0
    temperature: float = 1.0
    top_k: int | None = None
    top_p: float | None = None
    seed: int = 0

    def __post_init__(self):
        """Checks the values."""
        check_choice("method", self.method, ("beam", "greedy", "sample"))
        check_integer("beam_width", self.beam_width, 1)
        check_integer("n_best", self.n_best, 1, self.beam_width if self.method == "beam" else 1)
        check_integer("min_length", self.min_length, 0)
        check_integer("no_repeat_ngrams", self.no_repeat_ngrams, 0)
        for name in ("length_penalty", "coverage_penalty", "max_length_factor", "temperature"):
            check_not_negative(name, getattr(self, name))
        check_integer("seed", self.seed, 0, 2**31 - 1)
        if self.top_k is not None:
            check_integer("top_k", self.top_k, 1)
        if self.top_p is not None:
            check_fraction("top_p", self.top_p)

    def limits(self, source: tf.Tensor, prefix: tf.Tensor | None = None) -> tf.Tensor:
        """Returns the most tokens of each row's hypothesis, int32 `[batch]`.

        Args:
            source: int32 `[batch, positions]`, 0 is padding.
            prefix: What hypotheses begin with, as for a call; it comes on top.
        """
        lengths = tf.cast(_number_of_tokens(source), tf.float32)
        limits = tf.maximum(10 + tf.cast(self.max_length_factor * lengths, tf.int32), self.min_length + 1)
        return limits if prefix is None else limits + _number_of_tokens(prefix)

    def longest(self, positions: int) -> int:
        """Returns the highest of `limits` for any source of so many positions."""
        return max(10 + int(np.float32(self.max_length_factor) * np.float32(positions)), self.min_length + 1)

    def __call__(self, step, state, batch, max_length, begin_id, end_id, prefix=None, longest=None) -> Decoded:
        """Decodes.

        Args:
            step: As in `toolkit.decoding.greedy`.
            state: As in `toolkit.decoding.greedy`.
            batch: Number of rows.
            max_length: Most tokens of a hypothesis, its end among them: an integer, a scalar tensor, or int32 `[batch]`, a limit for each
                row. At its limit a row has to end, so what is found for it does not depend on the limits of the others.
            begin_id: What the first step reads.
            end_id: The id that ends a hypothesis.
            prefix: Tokens that hypotheses begin with, int32 `[batch, time]`, 0 where one is free; or `None`.
            longest: An integer that no row's limit is above: hypotheses are that long, with zeros at their ends, so that shapes do not
                depend on what is found; `None` to cut them to the longest.

        Returns:
            Hypotheses, always with the axis `n_best`: tokens `[batch, n_best, length]` and so on.
        """
        if tf.is_tensor(max_length) and max_length.shape.rank == 1:
            max_length, prefix = _ends_forced(max_length, prefix, end_id, longest)
        rules = self._rules(begin_id, end_id, prefix)
        ids = {"begin_id": begin_id, "end_id": end_id, "max_length": max_length, "rules": rules, "whole": longest is not None}
        if self.method == "beam":
            penalties = {"length_penalty": self.length_penalty, "coverage_penalty": self.coverage_penalty}
            return beam_search(step, state, batch, self.beam_width, n_best=self.n_best, **penalties, **ids)
        if self.method == "greedy":
            decoded = greedy(step, state, batch, **ids)
        else:
            options = {"temperature": self.temperature, "top_k": self.top_k, "top_p": self.top_p, "seed": self.seed}
            decoded = sample(step, state, batch, **options, **ids)
        return Decoded(*(None if part is None else tf.expand_dims(part, 1) for part in decoded))

    def _rules(self, begin_id, end_id, prefix) -> tuple:
        rules = [ForbiddenTokens((PAD_ID, begin_id))]
        if self.min_length:
            rules.append(MinimumLength(self.min_length, end_id))
        if self.no_repeat_ngrams:
            rules.append(NoRepeatedNgrams(self.no_repeat_ngrams))
        if prefix is not None:
            rules.append(ForcedPrefix(prefix))
        return tuple(rules)


def _number_of_tokens(tokens: tf.Tensor) -> tf.Tensor:
    return tf.reduce_sum(tf.cast(tf.not_equal(tokens, PAD_ID), tf.int32), -1)


def _ends_forced(limits: tf.Tensor, prefix: tf.Tensor | None, end_id: int, longest: int | None) -> tuple[tf.Tensor, tf.Tensor]:
    """Returns the longest limit, and a prefix that has the end at each row's own."""
    if longest is None:
        longest = tf.reduce_max(tf.concat([limits, [1]], 0))  # 1 if there are no rows
    is_last = tf.equal(tf.expand_dims(tf.range(longest), 0), tf.expand_dims(limits - 1, 1))
    given = 0 if prefix is None else tf.pad(prefix, [[0, 0], [0, longest - tf.shape(prefix)[1]]])
    return longest, tf.where(is_last, end_id, given)
