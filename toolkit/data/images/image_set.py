"""Many image files as one array, without those that cannot be read."""

import logging
import os
import sys
import time
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np

from toolkit.data.images.decoding import oddities_hidden, read_image
from toolkit.errors import UserError

SHOWN = 5
"""Files that are named of those that cannot be read."""

TOLD_EVERY = 10.0
"""Seconds between two lines about how far the reading has come."""

AT_ONCE = 1024
"""Files that wait to be read."""

Chunk = Sequence[tuple[Path, Callable[[], np.ndarray]]]
"""Images that are read together: the path of each, or what stands for it, and what returns its pixels."""

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class ImageSet:
    """Images of one size.

    Attributes:
        pixels: RGB, uint8 `[images, size, size, 3]`.
        rows: By path, which of them it is; files that could not be read are not in it.
        skipped: By path, what was wrong with those.
    """

    pixels: np.ndarray
    rows: dict[Path, int]
    skipped: dict[Path, str]


def read_images(paths: Sequence[Path], size: int, read: Callable[[Path, int], np.ndarray] = read_image) -> ImageSet:
    """Reads image files, each once; names and leaves out those that cannot be read.

    Args:
        paths: The files; one may occur several times.
        size: Side of the square that each is stretched to.
        read: What reads a file of some size, and raises `UserError` if it cannot.

    Returns:
        The images, in the order in which their paths first occur.

    Raises:
        UserError: There is no path, or no file can be read.
    """
    different = list(dict.fromkeys(paths))
    if not different:
        raise UserError("expected at least one image, received none")
    items = [(path, partial(read, path, size)) for path in different]
    return gather((items[start : start + AT_ONCE] for start in range(0, len(items), AT_ONCE)), len(items), size)


def gather(chunks: Iterable[Chunk], number: int, size: int) -> ImageSet:
    """Reads images, and says from time to time how far it is; names and leaves out those that cannot be read.

    Args:
        chunks: The images, some at a time.
        number: How many there are in all.
        size: Side of each.

    Raises:
        UserError: None can be read.
    """
    pixels = np.empty((number, size, size, 3), np.uint8)
    rows: dict[Path, int] = {}
    skipped: dict[Path, str] = {}
    told = time.monotonic()
    with oddities_hidden(), ThreadPoolExecutor(os.cpu_count()) as pool:
        for chunk in chunks:
            for (path, _), found in zip(chunk, pool.map(_tried, [read for _, read in chunk]), strict=True):
                if isinstance(found, str):
                    skipped[path] = found
                else:
                    pixels[len(rows)] = found
                    rows[path] = len(rows)
                if time.monotonic() - told > TOLD_EVERY:
                    told = time.monotonic()
                    print(f"images     {len(rows) + len(skipped):,} of {number:,}", file=sys.stderr, flush=True)
    _tell(skipped, number)
    return ImageSet(pixels[: len(rows)], rows, skipped)


def _tried(read: Callable[[], np.ndarray]) -> np.ndarray | str:
    try:
        return read()
    except UserError as error:
        return str(error)


def _tell(skipped: dict[Path, str], number: int) -> None:
    """Names files that cannot be read; refuses to go on without any."""
    reasons = list(skipped.values())
    if len(reasons) == number:
        more = "" if number == 1 else f"; none of the {number:,} images can be read"
        raise UserError(f"{reasons[0]}{more}")
    for reason in reasons[:SHOWN]:
        _log.warning("%s; it is left out", reason)
    if len(reasons) > SHOWN:
        _log.warning("%d images more cannot be read and are left out", len(reasons) - SHOWN)
