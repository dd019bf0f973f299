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
        labels: Number of the label of each text, integers `[texts]`; or to train on the probabilities of all labels, `[texts, labels]`.
        weights: What each text counts, `[texts]`.
    """

    tokens: Sequence[np.ndarray]
    labels: np.ndarray
    weights: np.ndarray


def fit_fusion(layer: Fusion, logits: Sequence[np.ndarray], held_out: LabeledTokens) -> None:
    """Finds the scales that make the labels of held-out texts most likely; none is below 0.

    A normal prior around the plain mean of the logits keeps the scales finite where a few texts are all that there is, and the model is
    right about each. Next to a hundred texts it counts for little.

    Args:
        layer: The built layer, whose scales are changed.
        logits: What each of its inputs is for the texts, `[texts, labels]`.
        held_out: The texts.
    """
    layer.scales.assign(best_scales(logits, held_out).x)


def best_scales(logits: Sequence[np.ndarray], held_out: LabeledTokens) -> OptimizeResult:
    """Returns as `x` the scales of `fit_fusion`, and as `fun` how unlikely they and the labels are: nats for each text."""
    stacked = np.stack(logits).astype(np.float64)
    start = np.full(len(logits), 1 / len(logits))

    def unlikely(scales: np.ndarray) -> float:
        prior = ((scales - start) ** 2).sum() / 2  # a normal distribution's, of standard deviation 1
        return nats(np.tensordot(scales, stacked, 1), held_out) + prior / len(held_out.labels)

    return minimize(unlikely, start, bounds=[(0, None)] * len(logits))


def nats(logits: np.ndarray, texts: LabeledTokens) -> float:
    """Returns the mean of minus the log-probability of the labels."""
    each = logsumexp(logits, axis=1) - logits[np.arange(len(texts.labels)), texts.labels]
    return float(np.average(each, weights=texts.weights))
