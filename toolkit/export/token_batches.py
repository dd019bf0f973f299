"""Token ids of any length in padded batches, for what runs an exported model: it needs no TensorFlow."""

from collections.abc import Iterator, Sequence

import numpy as np

TOKENS_PER_BATCH = 4096  # the alignments of long texts take much memory
BATCH_SIZE = 32


def by_length(lengths: Sequence[int]) -> Iterator[list[int]]:
    """Yields the positions of what has these lengths in batches, from short to long, so that little is computed for padding."""
    batch: list[int] = []
    for position in sorted(range(len(lengths)), key=lengths.__getitem__):
        if batch and (len(batch) == BATCH_SIZE or (len(batch) + 1) * lengths[position] > TOKENS_PER_BATCH):
            yield batch
            batch = []
        batch.append(position)
    if batch:
        yield batch


def padded(token_lists: Sequence[np.ndarray], length: int | None = None) -> np.ndarray:
    """Returns int32 `[batch, length]`, 0 after the end of each row; the length is that of the longest if it is not given."""
    rows = np.zeros((len(token_lists), max(map(len, token_lists)) if length is None else length), np.int32)
    for row, ids in zip(rows, token_lists, strict=True):
        row[: len(ids)] = ids
    return rows


def source_ids(ids: np.ndarray, end_id: int, max_length: int) -> np.ndarray:
    """Returns what a translator reads: the first ids of a text, and its end id.

    Args:
        ids: Token ids of the text.
        end_id: Id of the end.
        max_length: Most ids, the end id among them.
    """
    return np.append(ids[: max_length - 1], np.int32(end_id))
