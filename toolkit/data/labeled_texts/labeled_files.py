"""Labeled texts in the user's own files and folders."""

import os
from collections.abc import Collection, Iterator
from functools import partial
from pathlib import Path
from typing import NamedTuple

from toolkit.data.labeled_texts.example import Example, Parts
from toolkit.data.labeled_texts.labeled_tables import read_table
from toolkit.data.reading.columns import Columns
from toolkit.data.reading.lines import read_lines
from toolkit.data.reading.local_files import entries, named_paths, names_splits, split_paths
from toolkit.data.reading.reading import Reading
from toolkit.data.reading.spread import Spread, here
from toolkit.data.reading.tables import is_table_name
from toolkit.data.splits.splitting import SPLITS
from toolkit.errors import UserError

_UNLABELED = "unsup"  # the folder of the aclImdb archive that holds reviews without a label


class Read(NamedTuple):
    """What one file, or one folder of a folder per label, has.

    Attributes:
        rows: Its examples.
        notes: Sentences on how it was read.
    """

    rows: list[Example]
    notes: list[str]


def read_local(
    data: str,
    columns: Columns,
    reading: Reading = Reading(),  # noqa: B008 (frozen)
    *,
    labels: Collection[str] = (),
    notes: list[str] | None = None,
    spread: Spread = here,
) -> Parts:
    """Reads files and folders.

    Args:
        data: A table; a folder of tables; a folder with one table or one folder per split; a folder with one folder per label; or
            `train=PATH,validation=PATH,test=PATH`, each a table, a folder of tables or a folder with one folder per label.
        columns: The columns to read from tables.
        reading: How files are to be read, as far as their content is not to decide it.
        labels: Labels that are known to occur. Those of the training split help with the others.
        notes: Takes sentences on how files were read.
        spread: Where the files are read, each for itself.

    Returns:
        Examples by split.

    Raises:
        UserError: A path does not exist or is not laid out like this, or a file cannot be read.
    """
    named = names_splits(data)
    paths = {split: path for split, [path] in named_paths(data).items()} if named else split_paths(Path(data).expanduser())
    parts: Parts = {}
    for split in (split for split in SPLITS if split in paths):
        found = spread(partial(_read_path, columns=columns, reading=reading, labels=labels), _files(paths[split]))
        parts[split] = [example for read in found for example in read.rows]
        if notes is not None:
            notes += [note for read in found for note in read.notes]
        labels = labels or {example.label for example in parts[split] if example.label}
    return parts


def _files(path: Path) -> list[Path]:
    """Returns the tables of a folder that has nothing else but marks such as `_SUCCESS`; or what is read as one."""
    if not os.path.exists(path):  # unlike `path.exists()` it is false, not an error, where a folder on the way is closed
        raise UserError(f"{path}: no such file or folder, or no permission to see it")
    found = [entry for entry in entries(path) if not entry.name.startswith("_")] if path.is_dir() else []
    return found if found and all(not entry.is_dir() and is_table_name(entry) for entry in found) else [path]


def _read_path(path: Path, columns: Columns, reading: Reading, labels: Collection[str]) -> Read:
    notes: list[str] = []
    examples = _read_folders(path, reading) if path.is_dir() else read_table(path, columns, reading, labels=labels, notes=notes)
    return Read(examples, notes)


def _read_folders(path: Path, reading: Reading) -> list[Example]:
    """Reads a folder that holds a folder per label, which holds a file per text."""
    folders = [entry for entry in entries(path) if entry.is_dir()]
    examples = [example for folder in folders for example in _read_folder(folder, reading)]
    if not examples:
        expected = "tables (.csv, .tsv, .jsonl), train/validation/test files, or one folder of text files per label"
        raise UserError(f"{path}: expected {expected}, found {', '.join(entry.name for entry in entries(path)[:5]) or 'an empty folder'}")
    return examples


def _read_folder(folder: Path, reading: Reading) -> Iterator[Example]:
    label = "" if folder.name == _UNLABELED else reading.renamed().get(folder.name, folder.name)
    for file in entries(folder):
        if file.is_dir():
            raise UserError(f"{file}: expected a text file in the folder of a label, received a folder")
        yield Example("".join(read_lines(file, reading.encoding)).removesuffix("\n"), label, "", str(file))
