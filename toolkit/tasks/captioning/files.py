"""Images and their captions in files: tables, Flickr8k's tokens, the JSON of COCO and of Karpathy, and folders."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

from toolkit.data.images.image_folder import ImageFolder
from toolkit.data.images.image_tables import read_values, text_of
from toolkit.data.images.json_files import holds, json_of, value_of
from toolkit.data.reading.lines import read_lines
from toolkit.data.reading.local_files import SPLIT_NAMES, entries
from toolkit.data.reading.reading import Reading
from toolkit.errors import UserError

TRAIN = "train"
KARPATHY = {**SPLIT_NAMES, "restval": TRAIN}
"""What Karpathy's files call the splits; those of COCO have images of its validation that they train on."""

_TOKEN = re.compile(r"^(\S.*\.\w+)#\d+\t(.*)$")  # NAME.jpg#0<tab>caption
_LISTS = {"trainImages": TRAIN, "devImages": "validation", "testImages": "test"}
_NAMED_CAPTIONS = ("captions.txt", "captions.csv", "captions.tsv", "captions.json", "captions.jsonl")


class Captioned(NamedTuple):
    """An image with its captions.

    Attributes:
        image: The file.
        captions: What people say of it.
    """

    image: Path
    captions: tuple[str, ...]


@dataclass(frozen=True)
class Form:
    """How files are read.

    Attributes:
        images: Folder of the images; `None` for that of the captions.
        image_column: Column of a table, by its name or number; `None` for its usual name.
        caption_column: Likewise. In a TFDS set both are features.
        reading: How a table is written.
        data_dir: Where TFDS keeps its sets; `None` for its own default.
    """

    images: str | None = None
    image_column: str | None = None
    caption_column: str | None = None
    reading: Reading = field(default_factory=Reading)
    data_dir: str | None = None


def read_captioned(path: Path, form: Form) -> dict[str, list[Captioned]]:
    """Reads images and captions.

    Args:
        path: A table with a row for each caption, or in JSON with a list of them; lines of Flickr8k.token, beside whose file there may be
            lists of the images of each split; the JSON of COCO or of Karpathy; or a folder with one of these that is called `captions`, or
            with a text file of captions, one per line, beside each image.
        form: How it is read.

    Returns:
        Images with their captions, by split where the file says which they are in; all as `"train"` if not.

    Raises:
        UserError: It cannot be read, or is something else.
    """
    if path.is_dir():
        named = next((path / name for name in _NAMED_CAPTIONS if (path / name).is_file()), None)
        return {TRAIN: _beside(path)} if named is None else read_captioned(named, form)
    if not path.is_file():
        raise UserError(f"{path}: expected a file of images and captions, found none")
    images = ImageFolder(Path(form.images).expanduser() if form.images else path.parent)
    content = json_of(path, form.reading)
    if holds(content, "annotations"):
        return {TRAIN: _of_coco(path, content, images)}
    if holds(content, "images"):
        return _of_karpathy(path, content["images"], images)
    if content is None and _TOKEN.match(next(iter(read_lines(path, form.reading.encoding)), "")):
        return _of_flickr(path, form, images)
    return {TRAIN: _together(_rows(path, form, images))}


def _together(pairs: Iterable[tuple[Path, str]]) -> list[Captioned]:
    """Puts the captions of each image together, in the order of the images."""
    found: dict[Path, list[str]] = {}
    for image, caption in pairs:
        found.setdefault(image, []).append(caption)
    return [Captioned(image, tuple(captions)) for image, captions in found.items()]


def _rows(path: Path, form: Form, images: ImageFolder) -> Iterator[tuple[Path, str]]:
    for place, row in read_values(path, {"image": form.image_column, "caption": form.caption_column}, form.reading):
        image = images.named(text_of(place, row["image"], "image").strip())
        several = row["caption"] if isinstance(row["caption"], list) else [row["caption"]]
        yield from ((image, text_of(place, caption, "caption")) for caption in several)


def _of_flickr(path: Path, form: Form, images: ImageFolder) -> dict[str, list[Captioned]]:
    pairs = []
    for number, line in enumerate(read_lines(path, form.reading.encoding), start=1):
        if not line.strip():
            continue
        found = _TOKEN.match(line.rstrip("\r\n"))
        if found is None:
            raise UserError(f"{path}:{number}: expected IMAGE#NUMBER, a tab and a caption, received {line.strip()[:60]!r}")
        pairs.append((found[1], found[2]))
    parts = _splits_beside(path)
    if not parts:
        return {TRAIN: _together((images.named(name), caption) for name, caption in pairs)}
    return {split: _together((images.named(name), caption) for name, caption in pairs if name in names) for split, names in parts.items()}


def _splits_beside(path: Path) -> dict[str, set[str]]:
    """Returns the names of the images of each split, from Flickr8k's lists of them, if they are there."""
    found = {}
    for ending, split in _LISTS.items():
        for file in sorted(path.parent.glob(f"*{ending}.txt")):
            found[split] = {line.strip() for line in read_lines(file)}
    return found if TRAIN in found else {}


def _of_karpathy(path: Path, rows: Iterable[Any], images: ImageFolder) -> dict[str, list[Captioned]]:
    found: dict[str, list[Captioned]] = {}
    for row in rows:
        split = value_of(path, row, "split", str)
        if split not in KARPATHY:
            raise UserError(f'{path}: expected "split" to be one of {", ".join(KARPATHY)}, received "{split}"')
        name = str(Path(row.get("filepath") or "") / value_of(path, row, "filename", str))
        captions = tuple(_caption_of(path, sentence) for sentence in value_of(path, row, "sentences", list))
        found.setdefault(KARPATHY[split], []).append(Captioned(images.named(name), captions))
    return found


def _caption_of(path: Path, sentence: Mapping[str, Any]) -> str:
    """Returns a caption of Karpathy's, which may be there as its words alone."""
    if isinstance(sentence, dict) and "raw" not in sentence and isinstance(sentence.get("tokens"), list):
        return " ".join(map(str, sentence["tokens"]))
    return value_of(path, sentence, "raw", str)


def _of_coco(path: Path, content: Mapping[str, Any], images: ImageFolder) -> list[Captioned]:
    rows = content["images"] if holds(content, "images") else []
    names = {value_of(path, row, "id", (int, str)): value_of(path, row, "file_name", str) for row in rows}
    pairs = []
    for each in content["annotations"]:
        number = value_of(path, each, "image_id", (int, str))
        caption = value_of(path, each, "caption", str)
        if number not in names and not isinstance(number, int):
            raise UserError(f'{path}: expected an image with the id of each caption, found none with "{number}"')
        pairs.append((images.named(names[number]) if number in names else images.numbered(number), caption))
    return _together(pairs)


def _beside(folder: Path) -> list[Captioned]:
    """Returns the images of a folder that have a text file of the same name beside them."""
    files = [entry for entry in entries(folder) if entry.is_file()]
    texts = {entry.stem: entry for entry in files if entry.suffix.lower() == ".txt"}
    found = [
        Captioned(entry, tuple(line.rstrip("\r\n") for line in read_lines(texts[entry.stem])))
        for entry in files
        if entry.stem in texts and entry != texts[entry.stem]
    ]
    if not found:
        expected = f"expected {', '.join(_NAMED_CAPTIONS[:3])} or .json, or images with captions in text files of the same names"
        raise UserError(f"{folder}: {expected}, found none")
    return found
