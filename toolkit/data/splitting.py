"""Splits that are a property of the text: the same on every machine, in every order, after every change to the rest of the file."""

import hashlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from operator import attrgetter
from typing import Literal, TypeVar

SPLITS = ("train", "validation", "test")

_Row = TypeVar("_Row")


def split_of(text: str | Iterable[str], train: int = 80, validation: int = 10) -> Literal["train", "validation", "test"]:
    """Assigns a text to a split by its SHA-256, so a repeated text never straddles two splits.

    Args:
        text: The text as it was read, or its parts.
        train: Percentage of texts for training.
        validation: Percentage for validation; what is left is for the test.

    Returns:
        `"train"`, `"validation"` or `"test"`.
    """
    digest = hashlib.sha256()
    for part in [text] if isinstance(text, str) else text:
        digest.update(part.encode())
    bucket = int(digest.hexdigest()[:8], 16) % 100
    if bucket < train:
        return "train"
    return "validation" if bucket < train + validation else "test"


def carve(parts: Mapping[str, Sequence[_Row]], text: Callable[[_Row], str] = attrgetter("text")) -> dict[str, Sequence[_Row]]:
    """Takes the splits that are missing out of the training split, ten per cent of it for each.

    Args:
        parts: Examples by split; `"train"` is required, and is everything there is when it is alone.
        text: What of an example is hashed.

    Returns:
        Examples by split, all three of them.
    """
    missing = [split for split in SPLITS[1:] if split not in parts]
    shares = {"train": 100 - 10 * len(missing), "validation": 10 * ("validation" in missing)}
    carved: dict[str, list[_Row]] = {split: [] for split in ("train", *missing)}
    for example in parts["train"]:
        carved[split_of(text(example), **shares)].append(example)
    return {split: carved.get(split, parts.get(split)) for split in SPLITS}
