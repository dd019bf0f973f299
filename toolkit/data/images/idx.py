"""Images and labels in the IDX files of MNIST."""

import gzip
import math
import re
import zlib
from pathlib import Path

import numpy as np

from toolkit.errors import UserError

BYTES = 8  # how the header says that values are of unsigned bytes
IMAGES, LABELS = 3, 1
"""Dimensions of the two kinds of files."""

_NAMED = re.compile(r"(?i)(.*?)[-_.]?(images|labels)[-_.]idx[13]([-_.]ubyte)?(\.gz)?$")
_SPLITS = {"train": "train", "t10k": "test", "test": "test", "validation": "validation", "valid": "validation", "val": "validation"}


def idx_files(folder: Path, labeled: bool = True) -> dict[str, dict[str, Path]]:
    """Finds the files of a folder that are called as those of MNIST are.

    Args:
        folder: The folder.
        labeled: Whether labels are wanted.

    Returns:
        By split, the files of `images` and `labels`; empty if there are none.

    Raises:
        UserError: One of a pair is missing that is wanted, or a name does not say its split.
    """
    found: dict[str, dict[str, Path]] = {}
    for path in sorted(folder.iterdir()):
        if named := _NAMED.match(path.name):
            split = _SPLITS.get(named[1].lower())
            if split is None:
                raise UserError(f'{path}: expected a name that begins with train, validation, test or t10k, found "{named[1]}"')
            found.setdefault(split, {}).setdefault(named[2].lower(), path)
    for split, files in found.items():
        if missing := [kind for kind in ("images", *["labels"] * labeled) if kind not in files]:
            raise UserError(f"{next(iter(files.values()))}: expected a file of {missing[0]} of {split} beside it, found none")
    return found


def read_idx_pair(images: Path, labels: Path) -> tuple[np.ndarray, list[str]]:
    """Reads images and their labels.

    Args:
        images: An IDX file of three dimensions, gzipped or not.
        labels: Likewise, of one.

    Returns:
        The images, uint8 `[images, height, width]`, and their labels.

    Raises:
        UserError: A file cannot be read, or they do not fit together.
    """
    pixels, numbers = read_idx(images, IMAGES), read_idx(labels, LABELS)
    if len(pixels) != len(numbers):
        raise UserError(f"{labels}: expected a label for each of the {len(pixels):,} images of {images.name}, found {len(numbers):,}")
    return pixels, [str(number) for number in numbers]


def read_idx(path: Path, dimensions: int) -> np.ndarray:
    """Reads an IDX file of unsigned bytes.

    The file begins with two zeros, the type of its values and the number of its dimensions; then come the sizes of these, of four bytes
    each, and the values.

    Args:
        path: The file, gzipped or not.
        dimensions: How many it has to have.

    Raises:
        UserError: It is something else, or is cut off.
    """
    content = _content(path)
    if len(content) < 4 or content[:2] != b"\0\0" or content[2] != BYTES:
        raise UserError(f"{path}: expected an IDX file of unsigned bytes, found something else")
    sizes = np.frombuffer(content[4 : 4 + 4 * content[3]], ">u4")
    if content[3] != dimensions or len(sizes) != dimensions:
        raise UserError(f"{path}: expected {dimensions} dimension{'s' * (dimensions > 1)}, found {content[3]}")
    values = np.frombuffer(content, np.uint8, offset=4 + 4 * dimensions)
    if len(values) != math.prod(map(int, sizes)):
        expected = " by ".join(f"{size:,}" for size in sizes)
        raise UserError(f"{path}: expected {expected} values as its header says, found {len(values):,}; is the file whole?")
    return values.reshape(sizes)


def _content(path: Path) -> bytes:
    try:
        content = path.read_bytes()
        return gzip.decompress(content) if content[:2] == b"\x1f\x8b" else content
    except (OSError, EOFError, zlib.error) as error:
        raise UserError(f"{path}: cannot read this file: {getattr(error, 'strerror', None) or error}") from error
