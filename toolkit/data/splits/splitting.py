"""Splits that are a property of the text: the same on every machine, in every order, after every change to the rest of the file."""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from operator import attrgetter
from typing import Literal, TypeVar

from toolkit.data.splits.distant import Distant, digest_of

SPLITS = ("train", "validation", "test")

_Row = TypeVar("_Row")
_Part = TypeVar("_Part")


def split_of(text: str | Iterable[str] | Distant, train: int = 80, validation: int = 10) -> Literal["train", "validation", "test"]:
    """Assigns a text to a split by its SHA-256, so a repeated text never straddles two splits.

    Args:
        text: The text as it was read, its parts, or what is known of it.
        train: Percentage of texts for training.
        validation: Percentage for validation; what is left is for the test.

    Returns:
        `"train"`, `"validation"` or `"test"`.
    """
    return split_by(digest_of(text), train, validation)


def split_by(digest: bytes, train: int = 80, validation: int = 10) -> Literal["train", "validation", "test"]:
    """Assigns a text to a split, as `split_of`.

    Args:
        digest: Its SHA-256.
        train: Percentage of texts for training.
        validation: Percentage for validation.
    """
    bucket = int.from_bytes(digest[:4]) % 100
    if bucket < train:
        return "train"
    return "validation" if bucket < train + validation else "test"


def to_measure(parts: Mapping[str, _Part]) -> dict[str, _Part]:
    """Returns the one split that a model is measured on: the test, or else the validation split, or what has no splits.

    Args:
        parts: By split; at least one.
    """
    split = next(split for split in reversed(SPLITS) if split in parts)
    return {split: parts[split]}


def carve(
    parts: Mapping[str, Sequence[_Row]], text: Callable[[_Row], str] = attrgetter("text"), percentage: int = 10
) -> dict[str, list[_Row]]:
    """Takes the splits that are missing out of the training split.

    Args:
        parts: Examples by split; `"train"` is required, and is everything there is when it is alone.
        text: What of an example is hashed.
        percentage: How much of the training split each takes.

    Returns:
        Examples by split, all three of them.
    """
    missing = [split for split in SPLITS[1:] if split not in parts]
    shares = {"train": 100 - percentage * len(missing), "validation": percentage * ("validation" in missing)}
    carved: dict[str, list[_Row]] = {split: [] for split in ("train", *missing)}
    for example in parts["train"]:
        carved[split_of(text(example), **shares)].append(example)
    return {split: carved.get(split, parts.get(split)) for split in SPLITS}


def fill_empty(
    parts: Mapping[str, list[_Row]],
    carved: Sequence[str],
    text: Callable[[_Row], str] = attrgetter("text"),
    label: Callable[[_Row], str] = lambda row: "",
) -> dict[str, int]:
    """Moves a tenth of all texts from training into each split that the hash has left empty, as happens where there are few.

    The texts are those with the smallest SHA-256, of labels that training has left. Rows of the same text go together.

    Args:
        parts: Rows by split, which are changed.
        carved: The splits that were carved out of the training split.
        text: What of a row was hashed.
        label: A label of the row that training must not lose.

    Returns:
        The number of rows that each split was given. A split stays empty if there are fewer than ten different texts.
    """
    moved: dict[str, int] = {}
    tenth = len({text(row) for split in {"train", *carved} for row in parts[split]}) // 10
    for split in (split for split in carved if split != "train" and not parts[split]):
        chosen = _spare_texts(parts["train"], text, label, tenth)
        parts[split][:] = [row for row in parts["train"] if text(row) in chosen]
        parts["train"][:] = [row for row in parts["train"] if text(row) not in chosen]
        if chosen:
            moved[split] = len(parts[split])
    return moved


def _spare_texts(rows: Sequence[_Row], text: Callable[[_Row], str], label: Callable[[_Row], str], most: int) -> set[str]:
    left = Counter(map(label, rows))
    by_text: dict[str, list[_Row]] = {}
    for row in rows:
        by_text.setdefault(text(row), []).append(row)
    chosen: set[str] = set()
    for candidate in sorted(by_text, key=digest_of):
        lost = Counter(map(label, by_text[candidate]))
        if len(chosen) < most and all(left[name] > number for name, number in lost.items()):
            chosen.add(candidate)
            left -= lost
    return chosen


def keep_labels(parts: Mapping[str, list[_Row]], carved: Sequence[str], label: Callable[[_Row], str] = attrgetter("label")) -> list[tuple]:
    """Moves the texts of labels that do not occur in training out of the splits that were carved out of it.

    Args:
        parts: Rows by split, which are changed; no text is in two of them.
        carved: The splits that were carved out of the training split.
        label: The label of a row.

    Returns:
        For each split that has lost rows, its name and these rows.
    """
    known = set(map(label, parts["train"]))
    moved = []
    for split in (split for split in carved if split != "train"):
        unknown = [row for row in parts[split] if label(row) not in known]
        if unknown:
            parts[split][:] = [row for row in parts[split] if label(row) in known]
            parts["train"] += unknown
            moved.append((split, unknown))
    return moved
