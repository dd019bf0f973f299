"""Running text in the user's own files and folders."""

import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from toolkit.data.columns import Columns
from toolkit.data.lines import read_chunks, read_lines
from toolkit.data.local_files import SPLIT_NAMES, entries, named_paths, names_splits
from toolkit.data.splitting import SPLITS
from toolkit.data.stretch import Document, Stretch, in_parts
from toolkit.data.tables import read_rows, table_format, text_of
from toolkit.errors import UserError


def local_documents(data: str, *, by_line: bool, text_column: str | None) -> dict[str, Callable[[], Iterator[Document]]]:
    """Finds files and folders, and reads them when they are iterated.

    Args:
        data: A text file; a table, each row of which is a document; a folder of such files, which may have folders in it; a folder that
            has a file or folder per split, such as `train.txt` or `wiki.train.tokens`; or `train=PATH,validation=PATH,test=PATH`. Any of
            the files may be gzipped.
        by_line: Whether each line of a text file is a document; if not, the file is one.
        text_column: Column of the text in tables; `None` to find it by its usual names.

    Returns:
        What reads the documents, by split; only `"train"` of a set without splits.

    Raises:
        UserError: A path does not exist, or a split has several.
    """
    paths = {split: path for split, [path] in named_paths(data).items()} if names_splits(data) else _splits_of(Path(data).expanduser())
    for path in paths.values():
        if not os.path.exists(path):  # unlike `path.exists()` it is false, not an error, where a folder on the way is closed
            raise UserError(f"{path}: no such file or folder, or no permission to see it")
    columns = Columns(text=text_column)
    return {split: partial(_read, paths[split], by_line, columns) for split in SPLITS if split in paths}


def _splits_of(path: Path) -> dict[str, Path]:
    """Finds the splits of a folder; if none is called `train`, all of it is for training."""
    paths: dict[str, Path] = {}
    for entry in entries(path) if path.is_dir() else []:
        for split in {SPLIT_NAMES[word] for word in entry.name.lower().split(".") if word in SPLIT_NAMES}:
            if split in paths:
                raise UserError(f'{path}: expected one file or folder for {split}, found "{paths[split].name}" and "{entry.name}"')
            paths[split] = entry
    return paths if "train" in paths else {"train": path}


def _read(path: Path, by_line: bool, columns: Columns) -> Iterator[Document]:
    if path.is_dir():
        for entry in entries(path):
            yield from _read(entry, by_line, columns)
    elif table_format(path):
        yield from _rows(path, columns)
    elif by_line:
        yield from (in_parts(line.rstrip("\r\n")) for line in read_lines(path))
    else:
        yield Stretch(_Chunks(path))


def _rows(path: Path, columns: Columns) -> Iterator[Document]:
    column = None
    for place, row in read_rows(path):
        column = column or columns.find("text", list(row), place)
        if column not in row:
            raise UserError(f'{place}: expected "{column}", received {", ".join(map(repr, row)) or "an empty object"}')
        yield in_parts(text_of(row, column, place))


@dataclass(frozen=True)
class _Chunks:
    """A file that is read whenever it is iterated."""

    path: Path

    def __iter__(self) -> Iterator[str]:
        return read_chunks(self.path)
