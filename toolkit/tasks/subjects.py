"""What the subjects of all kinds of tasks need to make batches of held-out examples."""

from collections.abc import Sequence

import numpy as np

ROWS = 32
"""Examples of a batch."""

EXAMPLES = 96
"""Held-out examples that an inspection looks at."""


def rows_of(examples: Sequence[Sequence], rows: int = ROWS, most: int = EXAMPLES) -> list[list[int]]:
    """Returns which examples are in which batch: those of a length together.

    Args:
        examples: Lists of token ids, or what else has a length; of no length is left out.
        rows: Examples of a batch.
        most: Examples in all, the first.
    """
    order = sorted((row for row in range(min(most, len(examples))) if len(examples[row])), key=lambda row: len(examples[row]))
    return [order[start : start + rows] for start in range(0, len(order), rows)]


def padded(lists: Sequence[Sequence[int]]) -> np.ndarray:
    """Returns lists of token ids as one array, `[rows, longest]`, with zeros behind the shorter ones."""
    array = np.zeros([len(lists), max(map(len, lists))], "int32")
    for row, ids in enumerate(lists):
        array[row, : len(ids)] = ids
    return array
