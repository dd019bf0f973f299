"""Examples in the user's own files and folders."""

import os
import re
from collections.abc import Collection, Iterator, Sequence
from pathlib import Path

from toolkit.data.columns import Columns
from toolkit.data.example import Example
from toolkit.data.labeled_tables import read_table
from toolkit.data.lines import read_lines
from toolkit.data.reading import Reading
from toolkit.data.splitting import SPLITS
from toolkit.data.tables import is_table_name
from toolkit.errors import UserError

Parts = dict[str, list[Example]]
"""Examples by split; a set without splits has only `"train"`."""

SPLIT_NAMES = {
    "train": "train",
    "validation": "validation",
    "valid": "validation",
    "val": "validation",
    "dev": "validation",
    "test": "test",
}
_NAMED_FILES = re.compile(rf"({'|'.join(SPLIT_NAMES)})=")
_UNLABELED = "unsup"  # the folder of the aclImdb archive that holds reviews without a label


def is_local(data: str) -> bool:
    """Tells a file, a folder or a list `train=FILE,...` from the name of a TFDS set.

    What exists is local, and so is what can only be a path: it begins with `.`, `~` or `/`, ends in `/`, or has a suffix.
    """
    looks_like_path = data.startswith((".", "~", "/")) or data.endswith("/") or "." in data.partition("/")[0].partition(":")[0]
    return looks_like_path or is_table_name(Path(data)) or names_splits(data) or os.path.exists(data)


def read_local(
    data: str,
    columns: Columns,
    reading: Reading = Reading(),  # noqa: B008 (frozen)
    *,
    labels: Collection[str] = (),
    notes: list[str] | None = None,
) -> Parts:
    """Reads files and folders.

    Args:
        data: A table; a folder with one table or one folder per split; a folder with one folder per label; or
            `train=PATH,validation=PATH,test=PATH`, each a table or a folder with one folder per label.
        columns: The columns to read from tables.
        reading: How files are to be read, as far as their content is not to decide it.
        labels: Labels that are known to occur. Those of the training split help with the others.
        notes: Takes sentences on how files were read.

    Returns:
        Examples by split.

    Raises:
        UserError: A path does not exist or is not laid out like this, or a file cannot be read.
    """
    named = names_splits(data)
    paths = {split: path for split, [path] in named_paths(data).items()} if named else split_paths(Path(data).expanduser())
    parts: Parts = {}
    for split in (split for split in SPLITS if split in paths):
        parts[split] = _read_path(paths[split], columns, reading, labels, notes)
        labels = labels or {example.label for example in parts[split] if example.label}
    return parts


def names_splits(data: str) -> bool:
    """Tells `train=FILE,...` from one file or folder."""
    return _NAMED_FILES.match(data) is not None


def named_paths(data: str, most: int = 1) -> dict[str, list[Path]]:
    """Reads `train=FILE,validation=FILE,test=FILE`.

    Args:
        data: What `names_splits` accepts.
        most: How many files a split may have, separated by commas as well.

    Returns:
        The files by split, in the order given.

    Raises:
        UserError: A split is unknown or is given twice, or there are too many files.
    """
    paths: dict[str, list[Path]] = {}
    split = None
    for word in data.split(","):
        name, equals, path = word.partition("=") if "=" in word else (None, "", word)
        split = SPLIT_NAMES.get(name.strip()) if equals else split  # a file without a name goes with the one before it
        if not path.strip() or split is None or len(paths.get(split, [])) >= (1 if equals else most):
            files = ",".join(["FILE"] * most)
            expected = f"train={files},validation={files},test={files}, each at most once"
            raise UserError(f'--data: expected {expected}, received "{word}" in "{data}"')
        paths.setdefault(split, []).append(Path(path.strip()).expanduser())
    return paths


def split_paths(path: Path) -> dict[str, Path]:
    """Finds the splits of a folder; whatever else, a folder per label or a table, is read as `"train"`."""
    if not path.is_dir():
        return {"train": path}
    found: dict[str, list[Path]] = {}
    for entry in entries(path):
        if split := SPLIT_NAMES.get(entry.name.partition(".")[0].lower()):
            found.setdefault(split, []).append(entry)
    return {split: _the_entry(path, split, candidates) for split, candidates in found.items()} or {"train": path}


def _the_entry(path: Path, split: str, candidates: Sequence[Path]) -> Path:
    """Returns the one folder or table of a split, or else the one file, whatever it is called."""
    best = [entry for entry in candidates if entry.is_dir() or is_table_name(entry)] or candidates
    if len(best) > 1:
        raise UserError(f'{path}: expected one file or folder for {split}, found "{best[0].name}" and "{best[1].name}"')
    return best[0]


def _read_path(path: Path, columns: Columns, reading: Reading, labels: Collection[str], notes: list[str] | None) -> list[Example]:
    if not os.path.exists(path):  # unlike `path.exists()` it is false, not an error, where a folder on the way is closed
        raise UserError(f"{path}: no such file or folder, or no permission to see it")
    return _read_folders(path, reading) if path.is_dir() else read_table(path, columns, reading, labels=labels, notes=notes)


def _read_folders(path: Path, reading: Reading) -> list[Example]:
    """Reads a folder that holds a folder per label, which holds a file per text."""
    folders = [entry for entry in entries(path) if entry.is_dir()]
    examples = [example for folder in folders for example in _read_folder(folder, reading)]
    if not examples:
        expected = "train/validation/test files (.csv, .tsv, .jsonl) or one folder of text files per label"
        raise UserError(f"{path}: expected {expected}, found {', '.join(entry.name for entry in entries(path)[:5]) or 'an empty folder'}")
    return examples


def _read_folder(folder: Path, reading: Reading) -> Iterator[Example]:
    label = "" if folder.name == _UNLABELED else reading.renamed().get(folder.name, folder.name)
    for file in entries(folder):
        if file.is_dir():
            raise UserError(f"{file}: expected a text file in the folder of a label, received a folder")
        yield Example("".join(read_lines(file, reading.encoding)).removesuffix("\n"), label, "", str(file))


def entries(path: Path) -> list[Path]:
    """Lists a folder in a fixed order, without hidden entries."""
    try:
        return sorted(entry for entry in path.iterdir() if not entry.name.startswith("."))
    except OSError as error:
        raise UserError(f"{path}: cannot read this folder: {error.strerror}") from error
