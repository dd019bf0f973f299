"""Files that say which frames a sequence has, and what is on each."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

from toolkit.data.images.image_corpus import SUFFIXES, is_image
from toolkit.data.images.image_folder import ImageFolder
from toolkit.data.images.image_tables import read_values, text_of
from toolkit.data.labeled_texts.labels import sort_labels
from toolkit.data.reading.lines import read_lines
from toolkit.data.reading.local_files import entries
from toolkit.data.reading.reading import Reading
from toolkit.data.reading.tables import is_table_name
from toolkit.errors import UserError

LABELS = "labels.txt"
"""The file in the folder of a sequence that has a label for each frame, a line each."""


class Listed(NamedTuple):
    """A sequence of which no frame has been read yet.

    Attributes:
        name: What it is called.
        files: Its frames in order.
        labels: A label for each, `""` where there is none.
    """

    name: str
    files: list[Path]
    labels: list[str]


@dataclass(frozen=True)
class Form:
    """How files are read.

    Attributes:
        images: Folder of the frames that a table names; `None` for that of the table.
        columns: By role, `"sequence"`, `"image"` and `"label"`, the name or number of its column; `None` for that of the role's own name.
        reading: How a table is written.
    """

    images: str | None = None
    columns: dict[str, str | None] = field(default_factory=lambda: dict.fromkeys(("sequence", "image", "label")))
    reading: Reading = field(default_factory=Reading)


def read_listed(path: Path, form: Form) -> list[Listed]:
    """Reads which frames there are.

    Args:
        path: A table, whose rows are frames, or, with lists in JSON, sequences; or a folder with a folder for each sequence, which has its
            frames and `labels.txt`.
        form: How a table is read.

    Raises:
        UserError: It cannot be read, has no labels, or not as many as frames.
    """
    if path.is_dir():
        listed = _of_folders(path, form.reading)
    elif not path.exists():
        raise UserError(f"{path}: expected a table of frames, or a folder with a folder for each sequence, found none")
    elif not is_table_name(path):
        raise UserError(f"{path}: expected a table of frames, or a folder with a folder for each sequence, found another file")
    else:
        listed = _of_table(path, form)
    if not any(label for each in listed for label in each.labels):
        raise UserError(f"{path}: expected labels of the frames, found none")
    return listed


def frame_files(folder: Path) -> list[Path]:
    """Returns the images of a folder as a person would sort them: 2.png before 10.png.

    Args:
        folder: The folder of a sequence.

    Raises:
        UserError: There is none.
    """
    files = [folder / name for name in sort_labels(file.name for file in entries(folder) if is_image(file))]
    if not files:
        raise UserError(f"{folder}: expected the frames of a sequence, {', '.join(SUFFIXES)}, found none")
    return files


def _of_folders(path: Path, reading: Reading) -> list[Listed]:
    folders = [entry for entry in entries(path) if entry.is_dir()]
    if not any((folder / LABELS).is_file() for folder in folders):
        raise UserError(f"{path}: expected a folder for each sequence, with its frames and {LABELS} in it, found none")
    return [_of_folder(folder, reading) for folder in folders]


def _of_folder(folder: Path, reading: Reading) -> Listed:
    files, path = frame_files(folder), folder / LABELS
    if not path.is_file():
        raise UserError(f"{path}: expected a label for each of the {len(files):,} frames, a line each, found no such file")
    labels = [line.strip() for line in read_lines(path, reading.encoding)]
    if len(labels) != len(files):
        raise UserError(f"{path}: expected a label for each of the {len(files):,} frames, a line each, found {len(labels):,}")
    return Listed(folder.name, files, labels)


def _of_table(path: Path, form: Form) -> list[Listed]:
    folder = ImageFolder(Path(form.images).expanduser() if form.images else path.parent)
    found: dict[str, Listed] = {}
    for place, row in read_values(path, form.columns, form.reading):
        name = text_of(place, row["sequence"], "sequence").strip()
        listed = found.setdefault(name, Listed(name, [], []))
        for image, label in _frames_of(place, row):
            listed.files.append(_file_of(folder, image))
            listed.labels.append(label)
    return list(found.values())


def _file_of(folder: ImageFolder, name: str) -> Path:
    """Returns the file of a name. One with a folder in it is no other file: frames of several sequences may be called the same."""
    return folder.folder / name if Path(name).parent.name else folder.named(name)


def _frames_of(place: str, row: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """Yields the images and the labels of a row: one of each, or lists of them."""
    images, labels = row["image"], row["label"]
    if isinstance(images, list) != isinstance(labels, list) or (isinstance(images, list) and len(images) != len(labels)):
        counted = [f"{len(each):,}" if isinstance(each, list) else "no list" for each in (images, labels)]
        raise UserError(f'{place}: expected lists of as many labels as images, found {counted[1]} as "label", {counted[0]} as "image"')
    for image, label in zip(images, labels, strict=True) if isinstance(images, list) else [(images, labels)]:
        if not (name := text_of(place, image, "image").strip()):
            raise UserError(f"{place}: expected the file of a frame, found none")
        yield name, text_of(place, label, "label").strip()
