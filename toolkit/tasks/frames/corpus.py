"""From the value of `--data` to sequences of frames in three splits."""

from collections import Counter
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from toolkit.data.images.image_corpus import DIGITS, UNREADABLE, ImageForm, read_image_corpus, to_channels
from toolkit.data.images.image_set import read_images
from toolkit.data.reading.local_files import named_paths, names_splits, split_paths
from toolkit.data.splits.report import Report
from toolkit.data.splits.splitting import SPLITS, carve, fill_empty, keep_labels, to_measure
from toolkit.errors import UserError
from toolkit.tasks.frames.files import Form, read_listed
from toolkit.tasks.frames.moving_digits import digit_size, moving_digits
from toolkit.tasks.frames.sequences import FrameSequences

MOVING = f"{DIGITS}/moving_digits"
"""What the sequences are called that are made of the digits of that package."""


@dataclass(frozen=True)
class FrameCorpus:
    """Sequences of frames in three splits.

    Attributes:
        splits: The sequences by split.
        report: What was read.
    """

    splits: dict[str, FrameSequences]
    report: Report


def make_corpus(sequences: int, size: int, channels: int, seed: int) -> FrameCorpus:
    """Makes sequences of moving digits. The digits of a split are in no other one.

    Args:
        sequences: How many are for training; a tenth as many for validation, and for the test.
        size: Side of the frames.
        channels: 1 for shades of grey, 3 for red, green and blue, all of which are the same.
        seed: Of what is drawn.
    """
    digits = read_image_corpus(None, ImageForm(digit_size(size), channels)).splits
    numbers = {split: sequences if split == "train" else sequences // 10 for split in SPLITS}
    made = {split: moving_digits(digits[split], numbers[split], size, [seed, place]) for place, split in enumerate(SPLITS)}
    return FrameCorpus(made, Report(MOVING, {split: part.report() for split, part in made.items()}))


def read_corpus(data: str, form: Form, size: int, channels: int) -> FrameCorpus:
    """Reads sequences in three splits.

    Splits that are missing are carved out of the training split by the hash of a sequence's name.

    Args:
        data: What `read_listed` takes, a folder with one of these for each split, or `train=...,validation=...,test=...`.
        form: How files are read.
        size: Side of the square that each frame is stretched to.
        channels: 1 for shades of grey, 3 for red, green and blue.

    Raises:
        UserError: They cannot be read, the sequences are too few or have one label, or no frame of a split has any.
    """
    parts = _parts(data, form, size, channels)
    if "train" not in parts:
        raise UserError(f"{data}: expected a training split, found {', '.join(parts)}")
    carved = [split for split in SPLITS if split not in parts]
    rows = {split: [(split, row) for row in range(len(part))] for split, part in parts.items()}
    splits = carve(rows, lambda row: parts[row[0]].names[row[1]])
    fill_empty(splits, carved, lambda row: parts[row[0]].names[row[1]])
    _keep_labels(splits, carved, {split: [{*labels} for _, labels in part.each()] for split, part in parts.items()})
    if empty := [split for split in SPLITS if not splits[split]]:
        raise UserError(f"{data}: the sequences are too few to take a {empty[0]} split out of them; give more, or a file per split")
    made = {split: parts[split if split in parts else "train"].rows([row for _, row in splits[split]]) for split in SPLITS}
    for split, part in parts.items():
        made[split].dropped.update(part.dropped)
    if len(known := made["train"].known) < 2:
        raise UserError(f'{data}: expected frames of at least two labels, found only "{min(known, default="")}"')
    if unlabelled := [split for split in SPLITS if not made[split].known]:
        raise UserError(f"{data}: expected frames with labels in the {unlabelled[0]} split, found none; give more, or a file per split")
    return FrameCorpus(made, Report(data, {split: part.report() for split, part in made.items()}))


def read_measured(data: str, form: Form, size: int, channels: int) -> FrameSequences:
    """Reads sequences to measure a model on: a test split, or all of what has no splits.

    Args:
        data: As for `read_corpus`.
        form: As for `read_corpus`.
        size: As for `read_corpus`.
        channels: As for `read_corpus`.

    Raises:
        UserError: They cannot be read.
    """
    [sequences] = to_measure(_parts(data, form, size, channels)).values()
    return sequences


def _parts(data: str, form: Form, size: int, channels: int) -> dict[str, FrameSequences]:
    """Returns the sequences by split, as far as there are splits."""
    named = names_splits(data)
    paths = {split: path for split, [path] in named_paths(data).items()} if named else split_paths(Path(data).expanduser())
    return {split: _read(path, form, size, channels) for split, path in paths.items()}


def _read(path: Path, form: Form, size: int, channels: int) -> FrameSequences:
    """Reads the frames of sequences; one that cannot be read is left out of its sequence, and a sequence without any of the data."""
    listed = read_listed(path, form)
    try:
        images = read_images([file for each in listed for file in each.files], size)
    except UserError as error:
        raise UserError(f"{error}; --images says where they are") from error
    kept = [[place for place, file in enumerate(each.files) if file in images.rows] for each in listed]
    rows = [images.rows[each.files[place]] for each, places in zip(listed, kept, strict=True) for place in places]
    labels = [each.labels[place] for each, places in zip(listed, kept, strict=True) for place in places]
    left = [(each.name, len(places)) for each, places in zip(listed, kept, strict=True) if places]
    missing = sum(len(each.files) for each in listed) - len(rows)
    dropped = Counter({UNREADABLE: missing} if missing else {})
    pixels = to_channels(images.pixels, channels)[rows]
    return FrameSequences(pixels, labels, np.array([length for _, length in left], np.int64), [name for name, _ in left], dropped)


def _keep_labels(splits: dict[str, list[tuple[str, int]]], carved: list[str], labels: dict[str, list[set[str]]]) -> None:
    """Moves sequences with labels that do not occur in training out of the splits that were carved out of it."""
    trained = set().union(*(labels[split][row] for split, row in splits["train"]))
    keep_labels(splits, carved, lambda row: "" if labels[row[0]][row[1]] <= trained | {""} else "others")
