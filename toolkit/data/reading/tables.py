"""Files with one example per row: separated columns, JSON, and lines that begin with their label."""

import itertools
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from toolkit.data.reading.delimited_rows import QUOTED, Fields, field_rows, label_rows
from toolkit.data.reading.dialect import Dialect, dialect_of_name, find_dialect
from toolkit.data.reading.header import column_keys
from toolkit.data.reading.json_rows import json_rows, kind_of, line_rows
from toolkit.data.reading.lines import read_lines
from toolkit.data.reading.reading import Reading
from toolkit.errors import UserError

Row = tuple[str, dict]
"""Where a row begins, and its values by column."""

HeaderTest = Callable[[Sequence[Sequence[str]]], bool]
"""Tells of the first rows whether the first of them names the columns."""

_HEAD_LINES, _HEAD_CHARACTERS = 1000, 1 << 20
_SAMPLE = 500  # rows
_NO_TEXT = re.compile("[\0\ud800-\udfff]")  # JSON has escapes for them


@dataclass
class Table:
    """A file that has been opened.

    Attributes:
        path: The file.
        dialect: How it is written.
        names: What it calls its columns; `""` for those without a name.
        has_header: Whether its first row names the columns; `True` if it is JSON.
        sample: Its first rows.
        rows: All of its rows, to be read once.
        remarks: What else was found out, complete once all rows are read.
    """

    path: Path
    dialect: Dialect
    names: list[str]
    has_header: bool
    sample: list[Row]
    rows: Iterator[Row]
    remarks: list[str] = field(default_factory=list)

    def describe(self, columns: str = "", options: Sequence[str] = ()) -> str | None:
        """Returns a sentence for the report on what its name does not tell of it; `None` if there is nothing.

        Args:
            columns: Which columns were chosen, if that was found out.
            options: What would choose others.
        """
        expected = dialect_of_name(self.path)
        as_named = expected is not None and expected.delimiter == self.dialect.delimiter
        remarks = self.remarks + ["without a header"] * (not self.has_header)
        if as_named and not remarks and not columns:
            return None
        header = bool(self.dialect.delimiter) and (bool(columns) or not self.has_header)
        options = [
            *(["--format", "--delimiter"] * (not as_named)),
            *(["--quoting"] * (QUOTED in remarks)),
            *(["--header"] * header),
            *options,
        ]
        said = ", ".join([str(self.dialect), *remarks]) + (f": {columns}" if columns else "")
        advice = (
            f"; {' and '.join(filter(None, [', '.join(options[:-1]), options[-1]]))} {'say' if options[1:] else 'says'} otherwise"
            if options
            else ""
        )
        return f"{self.path}: read as {said}{advice}"


def is_table_name(path: Path) -> bool:
    """Tells whether a file, gzipped or not, is called as tables are: `.csv`, `.tsv`, `.jsonl` and the like."""
    return dialect_of_name(path) is not None


def open_table(path: Path, reading: Reading = Reading(), *, header: HeaderTest, labeled: bool = False) -> Table:  # noqa: B008 (frozen)
    """Opens a file, and finds out from its beginning how it is written.

    Args:
        path: The file, gzipped or not.
        reading: What somebody has said of how to read it.
        header: Tells whether there is a header, where nobody has said it. Columns without a name are called by their number.
        labeled: Whether its lines may begin with their labels.

    Returns:
        The table, which has one row at least. Rows of separated columns have the same columns throughout.

    Raises:
        UserError: The file cannot be read, has no row, or has one that is not what the format asks for; the last as the rows are read.
    """
    remarks: list[str] = []
    lines = read_lines(path, reading.encoding, lambda encoding: remarks.append(f"in {encoding}"))
    head = list(_head(lines))
    if not any(line.strip() for line in head):
        raise UserError(f"{path}: expected at least one row of data, received none")
    if len(head) == 1 and "\r" in head[0].rstrip("\r\n"):
        head = [f"{line}\n" for line in head[0].rstrip("\r\n").split("\r")]
        remarks.append("with carriage returns for line ends")
    dialect = find_dialect(head[:_HEAD_LINES], path, reading, labeled)
    lines = itertools.chain(head, lines)
    if dialect.form == "delimited":
        names, has_names, rows = _named(path, field_rows(path, lines, dialect, remarks), reading, header, remarks)
    else:
        rows = {"json": json_rows, "jsonl": line_rows, "fasttext": label_rows}[dialect.form](path, lines)
        names, has_names = None, True
    sample = list(itertools.islice(rows, _SAMPLE))
    if not sample:
        raise UserError(f"{path}: expected at least one row of data, received none")
    return Table(path, dialect, list(sample[0][1]) if names is None else names, has_names, sample, itertools.chain(sample, rows), remarks)


def text_of(row: dict, column: str, place: str) -> str:
    """Returns the text in one column of a row.

    Args:
        row: Values by column.
        column: A column of the row.
        place: The row, for error messages.

    Returns:
        The text as it was read.

    Raises:
        UserError: The value is not a string, or is one that no file of text could hold.
    """
    text = row[column]
    if not isinstance(text, str):
        raise UserError(f'{place}: expected a string as "{column}", received {kind_of(text)}')
    if _NO_TEXT.search(text):
        raise UserError(f'{place}: "{column}" has an escape for a null character or half a surrogate pair, which no text has; remove it')
    return text


def _head(lines: Iterator[str]) -> Iterator[str]:
    characters = 0
    for line in itertools.islice(lines, _HEAD_LINES):
        yield line
        characters += len(line)
        if characters > _HEAD_CHARACTERS:
            return


def _named(
    path: Path, rows: Iterator[Fields], reading: Reading, header: HeaderTest, remarks: list[str]
) -> tuple[list[str], bool, Iterator[Row]]:
    """Returns the names of the columns, whether the first row gave them, and the rows by the keys of the columns."""
    sample = list(itertools.islice(rows, _SAMPLE))
    if not sample:
        return [], True, iter(())
    rows = itertools.chain(sample, rows)
    has_names = header([fields for _, fields in sample]) if reading.header is None else reading.header == "first"
    names = [name.strip() for name in next(rows)[1]] if has_names else [""] * len(sample[0][1])
    if has_names:
        return names, True, _keyed(path, rows, names, "the header", remarks)
    return names, False, _keyed(path, rows, names, "the first row", remarks)


def _keyed(path: Path, rows: Iterator[Fields], names: list[str], pattern: str, remarks: list[str]) -> Iterator[Row]:
    keys = column_keys(names)
    repeated = 0
    for number, fields in rows:
        fields = _fitted(fields, names)
        if len(fields) != len(keys):
            raise UserError(f"{path}:{number}: expected {len(keys)} fields as in {pattern}, received {len(fields)}")
        if pattern == "the header" and len(names) > 1 and fields[0].strip() == names[0] and [value.strip() for value in fields] == names:
            repeated += 1
            continue
        yield f"{path}:{number}", dict(zip(keys, fields, strict=True))
    if repeated:
        remarks.append(f"its header left out where it is repeated ({repeated:,})")


def _fitted(fields: list[str], names: list[str]) -> list[str]:
    """Takes empty fields off the end of a row that has too many, and fills up columns that have no name."""
    while len(fields) > len(names) and not fields[-1].strip():
        fields = fields[:-1]
    if any(names) and len(fields) < len(names) and not any(names[len(fields) :]):
        fields = fields + [""] * (len(names) - len(fields))
    return fields
