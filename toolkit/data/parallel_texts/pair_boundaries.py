"""The few shapes to which the pairs of a parallel text are padded."""

from collections.abc import Sequence

import numpy as np


def pair_boundaries(lengths: Sequence[tuple[int, int]] | np.ndarray, buckets: int = 8) -> list[tuple[int, int]]:
    """Chooses boundaries for `BatchPlan` so that the pairs have the least padding.

    Pairs are put in the order of their longer side, the target's length measured on the scale of the source's, as one language may need
    more tokens throughout. Where to cut that order for the fewest padded tokens is found exactly, by dynamic programming.

    Args:
        lengths: Number of tokens of both sides of each pair `[pairs, 2]`, at least one pair; those of training and of validation together
            if both are to be compiled for the same shapes.
        buckets: Most boundaries; each costs a compilation.

    Returns:
        At most `buckets` pairs of lengths, ascending; the last holds every pair.

    Raises:
        ValueError: There is no pair, or no bucket.
    """
    lengths = np.maximum(np.reshape(lengths, (-1, 2)), 1)
    if not len(lengths) or buckets < 1:
        raise ValueError(f"`lengths` must have a pair and `buckets` be positive. Received: {len(lengths)} pairs, buckets={buckets}")
    limits, counts = _levels(lengths)
    ends = np.cumsum([0, *counts])
    padded = (ends[1:] - ends[:-1, np.newaxis]) * limits.sum(1)  # tokens of a bucket [from level, to level]
    padded = np.where(np.tri(len(limits), k=-1, dtype=bool), np.inf, padded)
    return [tuple(map(int, limits[level])) for level in _cuts(padded, min(buckets, len(limits)))]


def _levels(lengths: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Sorts pairs by their longer side, in the scale of the source; returns what holds all pairs up to each length, and its pairs."""
    source, target = lengths.T
    level = np.maximum(source, np.ceil(target * source.sum() / target.sum()))
    order = np.argsort(level, kind="stable")
    _, starts, counts = np.unique(level[order], return_index=True, return_counts=True)
    return np.maximum.accumulate(np.maximum.reduceat(lengths[order], starts)), counts


def _cuts(padded: np.ndarray, buckets: int) -> list[int]:
    """Returns the last level of each bucket, so that the sum of `padded` over the buckets is least."""
    least, before = padded[0], []
    for _ in range(buckets - 1):
        total = least[:-1, np.newaxis] + padded[1:]  # [last level of the bucket before, last level of this one]
        before.append(total.argmin(0))
        least = total.min(0)
    cuts = [len(padded) - 1]
    for choice in reversed(before):
        cuts.append(choice[cuts[-1]])
    return cuts[::-1]
