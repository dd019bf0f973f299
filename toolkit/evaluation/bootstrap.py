"""How far a score would be another one on other examples of the same kind."""

import math
from collections.abc import Callable, Iterator

import numpy as np

RESAMPLES = 1000
LEAST_EXAMPLES = 10
"""Of which draws can tell anything: those of fewer are too much alike."""

LOW, HIGH = 0.025, 0.975
_MOST_COUNTS = 2**21  # that are in memory

Score = Callable[[np.ndarray], np.ndarray]
"""From how often each example was drawn, float64 `[resamples, examples]`, to scores `[resamples]`, none of which is below 0."""


def bootstrap_interval(score: Score, examples: int, most: float = math.inf, seed: int = 0) -> tuple[float, float] | None:
    """Returns the interval that holds the true score in about 95 of 100 measurements.

    As many examples as there are are drawn with replacement, a thousand times. The interval is that of the middle 95 % of the scores of
    these draws, moved by what their mean is above the score itself: some scores, such as a calibration error, are larger on a draw. It ends
    at 0 and at `most`.

    Args:
        score: What is measured. Draws for which it is no finite number are left out.
        examples: How many examples it is measured on.
        most: The largest score that there can be.
        seed: Of the draws.

    Returns:
        The interval; `None` where the draws tell nothing: of fewer than ten examples, of a score that is no finite number, and of one that
        is the same on all draws, as where all examples are right.

    Source: Efron & Tibshirani 1993, "An introduction to the bootstrap", sections 10.2 and 13.3; Koehn 2004, "Statistical significance tests
    for machine translation evaluation".
    """
    if examples < LEAST_EXAMPLES:
        return None
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        value = float(score(np.ones((1, examples)))[0])
        scores = np.concatenate([score(counts) for counts in _draws(examples, seed)])
    scores = scores[np.isfinite(scores)]
    if not len(scores) or not math.isfinite(value):
        return None
    low, high = np.quantile(scores, [LOW, HIGH])
    if high - low <= 1e-9 * abs(value):
        return None
    low, high = (end - (scores.mean() - value) for end in (low, high))
    return max(0.0, float(low)), min(most, float(high))


def ratio_of_sums(values: np.ndarray, weights: np.ndarray) -> Score:
    """Returns the score Σ values / Σ weights, such as the accuracy of the words of sentences.

    Args:
        values: Of each example, `[examples]`.
        weights: Likewise.
    """
    values, weights = np.asarray(values, np.float64), np.asarray(weights, np.float64)
    return lambda counts: (counts @ values) / (counts @ weights)


def _draws(examples: int, seed: int) -> Iterator[np.ndarray]:
    """Yields how often each example was drawn, `[resamples, examples]`, a part of the draws after the other."""
    generator = np.random.default_rng(seed)
    at_once = max(1, _MOST_COUNTS // examples)
    for start in range(0, RESAMPLES, at_once):
        rows = min(at_once, RESAMPLES - start)
        drawn = generator.integers(examples, size=(rows, examples)) + examples * np.arange(rows)[:, None]
        yield np.bincount(drawn.ravel(), minlength=rows * examples).reshape(rows, examples).astype(np.float64)
