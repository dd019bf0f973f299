"""Sequences of different lengths in one array."""

from collections.abc import Iterator, Sequence

import numpy as np

AT_ONCE = 512  # frames that are looked at together, those after the end of a sequence too


def padded_pixels(sequences: Sequence[np.ndarray], frames: int | None = None) -> dict[str, np.ndarray]:
    """Returns what a signature takes of pixels: `images`, float32 `[sequences, frames, ...]`, black after the end, and `lengths`, int32.

    Args:
        sequences: The frames of each, `[frames, size, size, channels]`; at least one.
        frames: How many there are to be; `None` for those of the longest.
    """
    longest = frames or max(map(len, sequences))
    images = np.zeros((len(sequences), longest, *sequences[0].shape[1:]), np.float32)
    for row, each in zip(images, sequences, strict=True):
        row[: len(each)] = each
    return {"images": images, "lengths": np.array([len(each) for each in sequences], np.int32)}


def padded_files(sequences: Sequence[Sequence[bytes]]) -> list[list[bytes]]:
    """Returns files as a signature takes them, with empty ones after the end of a sequence.

    Args:
        sequences: The files of the frames of each; at least one.
    """
    longest = max(map(len, sequences))
    return [[*each, *[b""] * (longest - len(each))] for each in sequences]


def together(lengths: Sequence[int], singly: bool = False) -> Iterator[slice]:
    """Yields which sequences are looked at together, in their order.

    Args:
        lengths: How many frames each has.
        singly: Whether each is looked at alone.
    """
    start, longest = 0, 0
    for place, length in enumerate(lengths):
        longest = max(longest, length)
        if place > start and (singly or longest * (place + 1 - start) > AT_ONCE):
            yield slice(start, place)
            start, longest = place, length
    if len(lengths):
        yield slice(start, len(lengths))
