"""Whether what was trained is of any use: figures that say that a training has gone wrong, though each of them is a number."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

WORSE = math.e
"""Times that a perplexity is above a uniform guess's before a training counts as diverged. A model of one step may be a little above it."""

LEAST_MISSED = 10
"""Texts of other labels that a model gives the one label to before it counts as having learned nothing; of fewer it may be chance."""


@dataclass(frozen=True)
class Trouble:
    """What is wrong with a trained model.

    Attributes:
        text: What was measured, in a clause.
        diverged: Whether the model is worse than a guess; else it has learned nothing.
        certain: Whether there is enough to say so; else it may be chance.
    """

    text: str
    diverged: bool
    certain: bool = True


def of_perplexity(perplexity: float, vocabulary_size: int) -> Trouble | None:
    """Says whether a model predicts worse than a uniform guess.

    Args:
        perplexity: Of held-out tokens; it may be infinite or no number.
        vocabulary_size: How many tokens there are to guess among.
    """
    if perplexity <= WORSE * vocabulary_size:  # nor is NaN
        return None
    found = f"is {perplexity:,.4g}" if math.isfinite(perplexity) else "is beyond any number"
    return Trouble(f"the perplexity of held-out text {found}, and that of a uniform guess {vocabulary_size:,}", diverged=True)


def of_confusion(confusion: Sequence[Sequence[int]], label_names: Sequence[str]) -> Trouble | None:
    """Says whether a classifier gives every text the same label, though the texts have several.

    Args:
        confusion: Counts, `[true label][predicted label]`.
        label_names: Names of the labels.
    """
    counts = np.asarray(confusion)
    [given] = np.nonzero(counts.sum(0))
    missed = int(counts.sum() - np.trace(counts))
    if len(given) != 1 or not missed:
        return None
    text = f"the model gives all of the {counts.sum():,} held-out texts the label {label_names[given[0]]!r}, and {missed:,} have another"
    return Trouble(text, diverged=False, certain=missed >= LEAST_MISSED)
