"""How honest probabilities are."""

from collections.abc import Sequence

import numpy as np

from toolkit.evaluation.bootstrap import Score

CALIBRATION_BINS = 15
_EDGES = np.arange(CALIBRATION_BINS + 1) / CALIBRATION_BINS


def reliability(confidence: np.ndarray, correct: np.ndarray) -> list[dict[str, float]]:
    """Returns what was promised and what was kept, by bins of probability.

    Args:
        confidence: Probability of each answer that was given, `[examples]`.
        correct: Whether it is right, `[examples]`.

    Returns:
        For every bin that holds examples, from low to high: `above` and `up_to`, between which their probabilities lie, the number of
        `texts`, the mean probability (`confidence`) and the share that is right (`accuracy`).

    Source: Guo et al. 2017, "On calibration of modern neural networks", section 2.
    """
    bins = _bins(confidence)
    return [
        {
            "above": float(_EDGES[each]),
            "up_to": float(_EDGES[each + 1]),
            "texts": int((bins == each).sum()),
            "confidence": float(confidence[bins == each].mean()),
            "accuracy": float(correct[bins == each].mean()),
        }
        for each in np.unique(bins)
    ]


def calibration_error(bins: Sequence[dict[str, float]]) -> float:
    """Returns the expected calibration error: the mean distance of promise and truth over the examples.

    Args:
        bins: As `reliability` returns them.
    """
    texts, confidence, accuracy = (np.array([each[name] for each in bins]) for name in ("texts", "confidence", "accuracy"))
    return float(np.average(np.abs(accuracy - confidence), weights=texts))


def calibration_error_of_draws(confidence: np.ndarray, correct: np.ndarray) -> Score:
    """Returns the expected calibration error of draws of the examples, for `bootstrap_interval`.

    Args:
        confidence: Probability of each answer that was given, `[examples]`.
        correct: Whether it is right, `[examples]`.
    """
    bins = _bins(confidence)
    differences = np.zeros((len(bins), CALIBRATION_BINS))
    differences[np.arange(len(bins)), bins] = np.asarray(correct, np.float64) - confidence
    return lambda counts: np.abs(counts @ differences).sum(-1) / counts.sum(-1)


def _bins(confidence: np.ndarray) -> np.ndarray:
    """Returns the bin of each probability: bin m is the interval (m / M, (m + 1) / M], as in the paper."""
    return np.searchsorted(_EDGES[1:-1], confidence)
