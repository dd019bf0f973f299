"""Running text in the user's own files and folders."""

import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from toolkit.data.reading.columns import Columns
from toolkit.data.reading.header import column_keys
from toolkit.data.reading.item_files import open_texts, table_texts
from toolkit.data.reading.lines import read_chunks, read_lines
from toolkit.data.reading.local_files import SPLIT_NAMES, entries, named_paths, names_splits
from toolkit.data.reading.reading import Reading
from toolkit.data.reading.tables import is_table_name
from toolkit.data.running_text.stretch import Document, Stretch, in_parts
from toolkit.data.splits.splitting import SPLITS
from toolkit.errors import UserError


def local_documents(
    data: str,
    *,
    by_line: bool,
    text_column: str | None,
    reading: Reading = Reading(),  # noqa: B008 (frozen)
    notes: list[str] | None = None,
) -> dict[str, list[Callable[[], Iterator[Document]]]]:
    """Finds files and folders, and reads them when they are iterated.

    Args:
        data: A text file; a table, each row of which is a document; a folder of such files, which may have folders in it; a folder that
            has a file or folder per split, such as `train.txt` or `wiki.train.tokens`; or `train=PATH,validation=PATH,test=PATH`. Any of
            the files may be gzipped.
        by_line: Whether each line of a text file is a document; if not, the file is one.
        text_column: Column of the text in tables; `None` to find it by its usual names.
        reading: How files are to be read. If it has a format, all files are tables.
        notes: Takes sentences on how tables are read.

    Returns:
        What reads the documents of each file, by split; only `"train"` of a set without splits.

    Raises:
        UserError: A path does not exist, or a split has several.
    """
    paths = {split: path for split, [path] in named_paths(data).items()} if names_splits(data) else _splits_of(Path(data).expanduser())
    for path in paths.values():
        if not os.path.exists(path):  # unlike `path.exists()` it is false, not an error, where a folder on the way is closed
            raise UserError(f"{path}: no such file or folder, or no permission to see it")
    columns = Columns(text=text_column)
    files = {split: list(_files(paths[split])) for split in SPLITS if split in paths}
    if notes is not None:
        notes += filter(None, (_described(path, columns, reading) for path in paths.values() if _is_table(path, reading)))
    return {split: [partial(_read, file, by_line, columns, reading) for file in found] for split, found in files.items()}


def _files(path: Path) -> Iterator[Path]:
    if path.is_dir():
        for entry in entries(path):
            yield from _files(entry)
    else:
        yield path


def _splits_of(path: Path) -> dict[str, Path]:
    """Finds the splits of a folder; if none is called `train`, all of it is for training."""
    paths: dict[str, Path] = {}
    for entry in entries(path) if path.is_dir() else []:
        for split in {SPLIT_NAMES[word] for word in entry.name.lower().split(".") if word in SPLIT_NAMES}:
            if split in paths:
                raise UserError(f'{path}: expected one file or folder for {split}, found "{paths[split].name}" and "{entry.name}"')
            paths[split] = entry
    return paths if "train" in paths else {"train": path}


def _read(path: Path, by_line: bool, columns: Columns, reading: Reading) -> Iterator[Document]:
    if _is_table(path, reading):
        yield from map(in_parts, table_texts(path, columns, reading))
    elif by_line:
        yield from (in_parts(line.rstrip("\r\n")) for line in read_lines(path, reading.encoding))
    else:
        yield Stretch(_Chunks(path, reading.encoding))


def _is_table(path: Path, reading: Reading) -> bool:
    return not path.is_dir() and (reading.format is not None or is_table_name(path))


def _described(path: Path, columns: Columns, reading: Reading) -> str | None:
    table, column = open_texts(path, columns, reading)
    keys = column_keys(table.names)
    return table.describe(f"text in column {keys.index(column) + 1}" * (not table.has_header), ["--text-column"] * (not table.has_header))


@dataclass(frozen=True)
class _Chunks:
    """A file that is read whenever it is iterated."""

    path: Path
    encoding: str | None

    def __iter__(self) -> Iterator[str]:
        return read_chunks(self.path, self.encoding)
