"""BLEU of any part of sentences, from what is counted in each of them once."""

from collections.abc import Sequence
from typing import Any

import numpy as np

ORDERS = 4
NAMES = 2 * ORDERS + 2
"""What is counted of a sentence: n-grams that it shares with its references, all its n-grams, its words, and those of the reference."""


def bleu_counts(metric: Any, hypotheses: Sequence[str], references: Sequence[Sequence[str | None]]) -> np.ndarray:
    """Returns what BLEU is made of, float64 `[sentences, 10]`.

    Args:
        metric: sacreBLEU's `BLEU`, of order 4.
        hypotheses: The sentences.
        references: All first references, all second ones and so on, `None` where a sentence has fewer.
    """
    counts = np.zeros((len(hypotheses), NAMES))
    for row, hypothesis in enumerate(hypotheses):
        found = metric.corpus_score([hypothesis], [[given[row]] for given in references])
        counts[row] = [*found.counts, *found.totals, found.sys_len, found.ref_len]
    return counts


def bleu_of(sums: np.ndarray, order: int = ORDERS, smoothed: bool = True) -> np.ndarray:
    """Returns BLEU, from 0 to 100, as sacreBLEU has it.

        BLEU = min(1, exp(1 - r / c)) · (Π p_n)^(1 / N)

    Args:
        sums: Sums over sentences of what `bleu_counts` gives, `[..., 10]`.
        order: N, up to 4.
        smoothed: Whether the k-th order without a match counts as 1 / 2^k matches, as NIST's script does.

    Source: Papineni et al. 2002, "BLEU: a method for automatic evaluation of machine translation"; Chen & Cherry 2014, method 3.
    """
    shared, total = sums[..., :order], sums[..., ORDERS : ORDERS + order]
    words, wanted = sums[..., -2], sums[..., -1]
    missed = shared == 0
    matches = np.where(missed, 0.5 ** np.cumsum(missed, -1), shared) if smoothed else shared
    with np.errstate(divide="ignore", invalid="ignore"):
        logs = np.log(np.where(total > 0, matches / total, 0)).mean(-1)
        penalty = np.minimum(0, 1 - wanted / words)
        return np.where(shared.any(-1), 100 * np.exp(logs + penalty), 0.0)
