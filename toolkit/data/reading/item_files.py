"""Files of items, such as texts to answer: lines, tables and Parquet, as stretches that can be read apart from each other."""

import functools
import glob
import gzip
import itertools
import os
import zlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from toolkit.data.reading.columns import Columns
from toolkit.data.reading.header import has_header
from toolkit.data.reading.lines import is_gzip, is_marked, read_lines
from toolkit.data.reading.local_files import entries
from toolkit.data.reading.reading import Reading
from toolkit.data.reading.tables import Table, is_table_name, open_table, text_of
from toolkit.errors import UserError, naming, require

PARQUET = ".parquet"

Told = Callable[[UserError], None]
"""Takes what is wrong with an item that is left out."""


@dataclass(frozen=True)
class Part:
    """A stretch of a file of items.

    Attributes:
        path: The file.
        start: Of lines, the byte from which on one may begin that is of this part; of Parquet, a row group.
        stop: Where the next part starts; `None` for the rest of the file.
    """

    path: str
    start: int = 0
    stop: int | None = None

    @property
    def size(self) -> int:
        """Bytes of its lines, or of the whole file."""
        return (os.path.getsize(self.path) if self.stop is None or self.path.endswith(PARQUET) else self.stop) - self.start


def files_of(given: str) -> list[Path]:
    """Finds the files of items.

    Args:
        given: A file; a folder, for the files in it and below; or a pattern such as `logs/*.txt.gz`, for what it fits.

    Returns:
        The files, in the order of their names. Those whose names begin with `.` or `_`, such as `_SUCCESS`, are left out of folders.

    Raises:
        UserError: There are none, or a folder cannot be read.
    """
    path = Path(given).expanduser()
    found = [path] if path.exists() else sorted(map(Path, glob.glob(str(path), recursive=True)))
    files = [*itertools.chain.from_iterable(map(_files_below, found))]
    if not files:
        raise UserError(f"{given}: expected a file of texts, a folder of them or a pattern such as *.txt, found none")
    return files


def parts_of(files: Sequence[Path], size: int | None = None, text_column: str | None = None) -> list[Part]:
    """Returns what can be read apart from each other, in order: of files of lines so many bytes, of Parquet row groups, else whole files.

    Args:
        files: The files.
        size: Bytes; `None` for whole files.
        text_column: As for `items_of`.

    Raises:
        UserError: A Parquet file cannot be read.
    """
    parts: list[Part] = []
    for file in files:
        if file.suffix == PARQUET:
            parts += [Part(str(file), group, group + 1) for group in range(_parquet(file).num_row_groups)]
        elif size is None or _is_table(file, text_column) or is_gzip(file) or is_marked(file):
            parts.append(Part(str(file)))
        else:
            starts = range(0, max(1, file.stat().st_size), size)
            parts += [Part(str(file), start, start + size) for start in starts]
    return parts


def items_of(part: Part, text_column: str | None = None, leave_out: Told | None = None) -> Iterator[str]:
    r"""Reads the items of a part.

    A line ends at a line feed, which carriage returns may precede, and at nothing else: `\x85`, `\u2028` and null characters are characters
    like others. It belongs to the part in which its first byte is.

    Args:
        part: The part.
        text_column: Column of the text, by its name or number; with it any file is a table. `None` for lines, unless a file is called as
            tables are: then the column is found by its usual names.
        leave_out: Is told what is wrong with a line that is not UTF-8, or with a file from where it cannot be read any further, and the
            rest is read; `None` to raise it.

    Yields:
        Texts, empty ones too.

    Raises:
        UserError: The file cannot be read, is damaged, or is not what its name says; or a line is not UTF-8.
    """
    path = Path(part.path)
    try:
        if path.suffix == PARQUET:
            yield from _parquet_texts(part, Columns(text=text_column))
        elif _is_table(path, text_column):
            yield from table_texts(path, Columns(text=text_column))
        elif is_marked(path):
            yield from (line.rstrip("\r\n") for line in read_lines(path))
        else:
            yield from _lines(part, leave_out)
    except UserError as error:
        if leave_out is None:
            raise
        leave_out(error)


def table_texts(path: Path, columns: Columns, reading: Reading = Reading()) -> Iterator[str]:  # noqa: B008 (frozen)
    """Yields the text of each row of a table.

    Args:
        path: The file.
        columns: Which column it is in.
        reading: How the file is to be read.

    Raises:
        UserError: The file cannot be read, or a row has no text.
    """
    table, column = open_texts(path, columns, reading)
    for place, row in table.rows:
        if column not in row:
            raise UserError(f'{place}: expected "{column}", received {", ".join(map(repr, row)) or "an empty object"}')
        yield text_of(row, column, place)


def open_texts(path: Path, columns: Columns, reading: Reading) -> tuple[Table, str]:
    """Returns a table and the column of its texts.

    Args:
        path: The file.
        columns: Which column it is.
        reading: How the file is to be read.

    Raises:
        UserError: The file cannot be read, or the column cannot be told.
    """
    table = open_table(path, reading, header=lambda rows: has_header(rows, columns.is_name))
    rows = [row for _, row in table.sample]
    return table, columns.resolve(table.names, table.sample[0][0], rows, roles=("text",)).text


def _files_below(path: Path) -> Iterator[Path]:
    if not path.is_dir():
        yield path
        return
    for entry in entries(path):
        if not entry.name.startswith("_"):
            yield from _files_below(entry)


def _is_table(path: Path, text_column: str | None) -> bool:
    return text_column is not None or is_table_name(path)


def _lines(part: Part, leave_out: Told | None) -> Iterator[str]:
    for number, (place, line) in enumerate(_byte_lines(part), start=1):
        try:
            yield line.rstrip(b"\r").decode("utf-8-sig" if place == 0 else "utf-8")
        except UnicodeDecodeError as error:
            where = f"{part.path}:{number}" if part.start == 0 else f"{part.path}: line that begins at byte {place:,}"
            message = f"{where}: expected UTF-8, received byte 0x{error.object[error.start]:02x}; convert the file to UTF-8 first"
            if leave_out is None:
                raise UserError(message) from error
            leave_out(UserError(message))


def _byte_lines(part: Part) -> Iterator[tuple[int, bytes]]:
    """Yields the place of each line of a part, and its bytes without the line feed."""
    try:
        with open(part.path, "rb") as plain, gzip.GzipFile(fileobj=plain) if is_gzip(Path(part.path)) else plain as file:
            yield from _from(file, part)
    except (gzip.BadGzipFile, EOFError, zlib.error) as error:
        raise UserError(f"{part.path}: expected a complete gzip file, but: {error}; rename or compress it again") from error
    except OSError as error:
        raise UserError(f"{part.path}: expected a file of texts, but it cannot be read ({error.strerror})") from error


def _from(file: BinaryIO, part: Part) -> Iterator[tuple[int, bytes]]:
    place = part.start
    if place:
        file.seek(place - 1)
        place += len(file.readline()) - 1  # the rest of a line that begins before; nothing if one begins right here
    while part.stop is None or place < part.stop:
        line = file.readline()
        if not line:
            return
        yield place, line.removesuffix(b"\n")
        place += len(line)


@functools.lru_cache(maxsize=1)
def _parquet(path: Path):
    with naming(path, "a Parquet file"):
        return require("pyarrow.parquet", extra="spark").ParquetFile(path)


def _parquet_texts(part: Part, columns: Columns) -> Iterator[str]:
    file = _parquet(Path(part.path))
    column = columns.resolve(file.schema_arrow.names, part.path, roles=("text",)).text
    with naming(Path(part.path), "a Parquet file"):
        texts = file.read_row_group(part.start, columns=[column]).column(0).to_pylist()
    for number, text in enumerate(texts, start=1):
        if not isinstance(text, str):
            received = "nothing" if text is None else type(text).__name__
            raise UserError(f'{part.path}: row {number:,} of row group {part.start}: expected a string as "{column}", received {received}')
        yield text
