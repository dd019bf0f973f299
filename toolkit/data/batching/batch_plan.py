"""Which texts go together in a batch: a pure function of the seed and the epoch."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np


class Batch(NamedTuple):
    """The rows of one batch.

    Attributes:
        indices: int64 `[rows]`, positions of examples; -1 fills up.
        boundary: The length to which the rows are padded; of pairs, the lengths of both sides.
    """

    indices: np.ndarray
    boundary: int | tuple[int, int]


def length_boundaries(max_length: int) -> list[int]:
    """Returns the lengths to pad to: 32, then multiples of 64, and `max_length` as the last. Few of them means few shapes to compile."""
    return [length for length in (32, *range(64, max_length, 64)) if length < max_length] + [max_length]


class BatchPlan:
    """Groups examples of similar length into batches.

    An example belongs to the bucket of the shortest boundary that holds it. All batches of a bucket have one shape: as many rows as the
    token budget allows, or the same number in all buckets. The last one is filled up with rows that stand for no example.

    An example may be a pair of two lengths, and a boundary a pair too. A pair belongs to the first bucket that holds both of its sides, and
    the longer boundary counts for the budget.

    Args:
        lengths: Number of tokens of each example `[examples]`, or of both of its sides `[examples, 2]`.
        boundaries: Lengths to pad to; ascending, of pairs in both sides. The last holds the longest example. See `length_boundaries` and
            `pair_boundaries`.
        tokens_per_batch: Budget of one batch, padding included. A batch has at least `multiple_of` rows even if these exceed it.
        rows_per_batch: Instead of a budget, the rows of every batch, rounded up to `multiple_of`: short examples then make small batches,
            and all lengths of one step of the time grid are compiled once.
        seed: Seed of the shuffling.
        shuffle: Whether each epoch mixes the examples of a bucket, and the batches, anew. If not, batches go from short to long.
        multiple_of: What the number of rows is divisible by, such as the number of replicas.

    Attributes:
        limits: What each example is padded to, int64 as `lengths`: it may be that long.

    Raises:
        ValueError: An argument is out of range, or an example is longer than the last boundary.
    """

    def __init__(
        self,
        lengths: Sequence[int] | Sequence[tuple[int, int]] | np.ndarray,
        boundaries: Sequence[int] | Sequence[tuple[int, int]],
        tokens_per_batch: int | None = None,
        seed: int = 0,
        shuffle: bool = True,
        multiple_of: int = 1,
        rows_per_batch: int | None = None,
    ):
        self.lengths = np.asarray(lengths, np.int64)
        self.boundaries = list(boundaries)
        self.tokens_per_batch = tokens_per_batch
        self.seed = seed
        self.shuffle = shuffle
        self.multiple_of = multiple_of
        self.rows_per_batch = rows_per_batch
        self._check()
        bucket = _first_that_holds(self.boundaries, self.lengths)
        by_length = np.argsort(_longest_side(self.lengths), kind="stable")
        self.limits = np.asarray(self.boundaries, np.int64)[bucket]
        self._buckets = [by_length[bucket[by_length] == number] for number in range(len(self.boundaries))]

    def _check(self) -> None:
        steps = np.diff(self.boundaries, axis=0)
        if not self.boundaries or np.min(self.boundaries[0]) < 1 or np.any(steps < 0) or not np.all(_longest_side(steps) > 0):
            raise ValueError(f"`boundaries` must be positive and ascending. Received: boundaries={self.boundaries}")
        given = [size for size in (self.tokens_per_batch, self.rows_per_batch) if size is not None]
        if len(given) != 1 or given[0] < 1 or self.multiple_of < 1:
            raise ValueError(
                "`multiple_of` must be positive, and so must `tokens_per_batch` or `rows_per_batch`, one of which must be given. "
                f"Received: tokens_per_batch={self.tokens_per_batch}, rows_per_batch={self.rows_per_batch}, multiple_of={self.multiple_of}"
            )
        if self.lengths.shape[1:] != np.shape(self.boundaries)[1:]:
            raise ValueError(f"`boundaries` must be pairs as `lengths` are, or numbers as they are. Received: boundaries={self.boundaries}")
        if np.any((longest := self.lengths.max(0, initial=0)) > self.boundaries[-1]):
            longest = " and ".join(map(str, np.ravel(longest)))
            raise ValueError(f"An example of {longest} tokens is longer than the last boundary, {self.boundaries[-1]}; crop it first.")

    def rows(self, boundary: int | tuple[int, int]) -> int:
        """Returns the number of rows of the batches of one bucket: those given, or the budget, or what the bucket has if that is less."""
        if self.rows_per_batch is not None:
            return -(-self.rows_per_batch // self.multiple_of) * self.multiple_of
        budget = self.tokens_per_batch // int(np.max(boundary))
        present = len(self._buckets[self.boundaries.index(boundary)])
        needed = -(-present // self.multiple_of) * self.multiple_of
        return min(max(budget // self.multiple_of * self.multiple_of, self.multiple_of), needed)

    def epoch(self, epoch: int) -> list[Batch]:
        """Returns the batches of one epoch; each example is in exactly one of them.

        Args:
            epoch: Number of the epoch. It makes no difference unless `shuffle`.

        Returns:
            Batches in the order of training.
        """
        random = np.random.default_rng([self.seed, epoch])
        batches: list[Batch] = []
        for boundary, bucket in zip(self.boundaries, self._buckets, strict=True):
            if not len(bucket):
                continue
            rows = self.rows(boundary)
            order = random.permutation(bucket) if self.shuffle else bucket
            filled = np.append(order, np.full(-len(order) % rows, -1))
            batches += [Batch(indices, boundary) for indices in filled.reshape(-1, rows)]
        return [batches[position] for position in random.permutation(len(batches))] if self.shuffle else batches

    def __len__(self) -> int:
        """Returns the number of batches of an epoch, every epoch the same."""
        filled = zip(self.boundaries, self._buckets, strict=True)
        return sum(-(-len(bucket) // self.rows(boundary)) for boundary, bucket in filled if len(bucket))


def _longest_side(lengths: np.ndarray) -> np.ndarray:
    return lengths if lengths.ndim == 1 else lengths.max(1)


def _first_that_holds(boundaries: Sequence, lengths: np.ndarray) -> np.ndarray:
    """Returns the number of the first boundary that is long enough for each example, on both sides if it has two."""
    sides = zip(np.atleast_2d(np.transpose(boundaries)), np.atleast_2d(lengths.T), strict=True)
    return np.max([np.searchsorted(limits, side) for limits, side in sides], axis=0)
