"""Lists of token ids of any length, as what reads them in padded batches wants them. No TensorFlow here: LiteRT does without."""

from collections.abc import Iterator, Sequence

import numpy as np

TOKENS_PER_BATCH = 4096  # the alignments of long texts take much memory: then fewer go together
BATCH_SIZE = 32


def by_length(lengths: Sequence[int], batch_size: int = BATCH_SIZE) -> Iterator[list[int]]:
    """Yields the positions of what has these lengths in batches, from short to long, so that little is computed for padding.

    Args:
        lengths: Tokens of each list.
        batch_size: Most lists of a batch; it has fewer if they come to more than `TOKENS_PER_BATCH` tokens.
    """
    batch: list[int] = []
    for position in sorted(range(len(lengths)), key=lengths.__getitem__):
        if batch and (len(batch) == batch_size or (len(batch) + 1) * lengths[position] > TOKENS_PER_BATCH):
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
