"""How far to trust each part of a classifier."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from scipy.optimize import OptimizeResult, minimize
from scipy.special import logsumexp

from toolkit.layers.fusion import Fusion


class LabeledTokens(NamedTuple):
    """Texts as tokens, and their labels.

    Attributes:
        tokens: Token ids of each text.
        labels: Number of the label of each text, integers `[texts]`.
        weights: What each text counts, `[texts]`.
    """

    tokens: Sequence[np.ndarray]
    labels: np.ndarray
    weights: np.ndarray


def fit_fusion(layer: Fusion, logits: Sequence[np.ndarray], held_out: LabeledTokens) -> None:
    """Finds the scales that make the labels of held-out texts most likely; none is below 0.

    Args:
        layer: The built layer, whose scales are changed.
        logits: What each of its inputs is for the texts, `[texts, labels]`.
        held_out: The texts.
    """
    layer.scales.assign(best_scales(logits, held_out).x)


def best_scales(logits: Sequence[np.ndarray], held_out: LabeledTokens) -> OptimizeResult:
    """Returns as `x` the scales of `fit_fusion`, and as `fun` the mean of minus the log-probability of the labels with them."""
    stacked = np.stack(logits).astype(np.float64)
    start = np.full(len(logits), 1 / len(logits))
    return minimize(lambda scales: nats(np.tensordot(scales, stacked, 1), held_out), start, bounds=[(0, None)] * len(logits))


def nats(logits: np.ndarray, texts: LabeledTokens) -> float:
    """Returns the mean of minus the log-probability of the labels."""
    each = logsumexp(logits, axis=1) - logits[np.arange(len(texts.labels)), texts.labels]
    return float(np.average(each, weights=texts.weights))
