"""A neural cache: what a language model has read lately, which is probable to come again.

Source: Grave, Joulin & Usunier 2017, "Improving neural language models with a continuous cache".
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from toolkit.tasks.language_model.coordinate_search import lowest
from toolkit.tasks.language_model.predicted import Predicted, nats_of

FLATNESS, SHARE = 10.0, 0.1  # what is usual; a search begins there


@dataclass(frozen=True)
class Cache:
    """What came after similar features is probable to come again.

        p(w) = (1 - s) p_model(w) + s Σ_{i: x_{i+1} = w} exp(φ h_t · h_i) / Σ_i exp(φ h_t · h_i)

    over the last tokens that were read; h is divided by the root of its mean square length on the training text.

    Attributes:
        size: How many tokens it remembers.
        flatness: φ; at 0 all that is remembered is alike.
        share: s.
    """

    size: int
    flatness: float
    share: float

    def __str__(self):
        return f"a cache of {self.size:,} tokens (share {self.share:.2g}, flatness {self.flatness:.2g})"


@dataclass
class Memory:
    """The tokens of a cache, and how often each of what is read is found in it.

    Args:
        cache: How it is used.
        length: Root of the mean square length of features.
    """

    cache: Cache
    length: float
    _features: np.ndarray | None = field(default=None, repr=False)
    _tokens: np.ndarray = field(default_factory=lambda: np.zeros(0, int), repr=False)

    def mixed(self, predicted: Predicted) -> np.ndarray:
        """Returns the logarithms of the probabilities with the cache, `[tokens]`; then remembers what was read.

        Args:
            predicted: The tokens that follow those of the call before.
        """
        now = predicted.features.astype(np.float64) / self.length
        known = now if self._features is None else np.concatenate([self._features, now])
        tokens = np.concatenate([self._tokens, predicted.tokens])
        before = len(tokens) - len(now)  # what is remembered of earlier calls
        places, columns = np.arange(before, len(tokens))[:, None], np.arange(len(tokens))
        seen = (columns < places) & (columns >= places - self.cache.size)
        scores = np.where(seen, self.cache.flatness * (now @ known.T), -np.inf)
        weights = np.exp(scores - np.maximum(scores.max(1, keepdims=True), np.finfo(float).min))
        total = weights.sum(1)
        found = (weights * (tokens == predicted.tokens[:, None])).sum(1) / np.where(total > 0, total, 1)
        self._features, self._tokens = known[-self.cache.size :], tokens[-self.cache.size :]
        share = np.where(total > 0, self.cache.share, 0.0)  # with nothing to remember the model has all
        with np.errstate(divide="ignore"):  # what is not remembered has probability 0 there
            return np.logaddexp(np.log1p(-share) + predicted.log_p, np.log(share * found))


def length_of(segments: Sequence[Predicted]) -> float:
    """Returns the root of the mean square length of the features of segments."""
    squares = np.concatenate([(segment.features.astype(np.float64) ** 2).sum(1) for segment in segments])
    return float(np.sqrt(squares.mean()))


def choose_cache(segments: Sequence[Predicted], size: int, length: float) -> Cache:
    """Returns the numbers with which what was predicted costs least.

    Args:
        segments: What was read of some text.
        size: How many tokens the cache has.
        length: As in `Memory`.
    """

    def nats(flatness: float, share: float) -> float:
        if share >= 1:
            return np.inf
        memory = Memory(Cache(size, flatness, share), length)
        return nats_of(map(memory.mixed, segments))

    return Cache(size, *lowest(nats, (FLATNESS, SHARE)))
