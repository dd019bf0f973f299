"""Files with one example per row: CSV, TSV and JSON lines."""

import csv
import itertools
import json
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

from toolkit.data.columns import Columns
from toolkit.data.example import Example
from toolkit.data.lines import read_lines
from toolkit.errors import UserError

Row = tuple[str, dict]
"""Where a row begins, and its values by column."""

_IsHeader = Callable[[list[str]], bool]


def table_format(path: Path) -> str | None:
    """Returns `".csv"`, `".tsv"` or `".jsonl"` by the name of a file, gzipped or not; `None` for any other name."""
    suffix = Path(path.name.removesuffix(".gz")).suffix.lower()
    return {".csv": ".csv", ".tsv": ".tsv", ".jsonl": ".jsonl", ".ndjson": ".jsonl", ".json": ".jsonl"}.get(suffix)


def read_table(path: Path, columns: Columns) -> list[Example]:
    """Reads the examples of one file.

    CSV is quoted as in RFC 4180, so a text may hold line breaks. TSV has one row per line and no quoting. JSON lines
    have one object per line.

    Args:
        path: A `.csv`, `.tsv`, `.jsonl`, `.ndjson` or `.json` file, or one of these with `.gz` at the end.
        columns: The columns to read.

    Returns:
        Examples in the order of the file.

    Raises:
        UserError: The file cannot be read, is empty, lacks a column, or has a row that is not what the format asks for.
    """
    examples: list[Example] = []
    for place, row in read_rows(path):
        if not examples:
            found = columns.resolve(list(row), place)
        examples.append(_example(row, found, place))
    return examples


def read_rows(path: Path, is_header: _IsHeader = lambda fields: True) -> Iterator[Row]:
    """Reads the rows of one file.

    Args:
        path: As for `read_table`.
        is_header: Tells whether the first line of a TSV names its columns. If not, they are called `"1"`, `"2"` and so on.

    Yields:
        At least one row. Those of CSV and TSV have the same columns throughout.

    Raises:
        UserError: The file cannot be read, has no row, or has one that is not what the format asks for.
    """
    form = table_format(path)
    if form is None:
        raise UserError(f'{path}: expected .csv, .tsv, .jsonl or .json, with or without .gz, received "{path.name}"')
    rows = {".csv": _csv_rows, ".tsv": lambda path: _tsv_rows(path, is_header), ".jsonl": _json_rows}[form](path)
    first = next(rows, None)
    if first is None:
        raise UserError(f"{path}: expected at least one row of data, received none")
    yield first
    yield from rows


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
        raise UserError(f'{place}: expected a string as "{column}", received {_kind(text)}')
    if "\0" in text or any("\ud800" <= character <= "\udfff" for character in text):
        raise UserError(f'{place}: "{column}" has an escape for a null character or half a surrogate pair, which no text has; remove it')
    return text


def _csv_rows(path: Path) -> Iterator[Row]:
    return _with_names(path, _csv_fields(path), lambda fields: True)


def _csv_fields(path: Path) -> Iterator[tuple[int, list[str]]]:
    """Yields the line where each row begins, and its fields; an empty line is no row."""
    csv.field_size_limit(sys.maxsize)  # the standard limit, 128 KiB, would refuse a long text
    reader = csv.reader(read_lines(path), strict=True)
    while True:
        number = reader.line_num + 1
        try:
            fields = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            raise UserError(f"{path}:{number}: this row is not CSV: {error}; check its quotes") from error
        if fields:
            yield number, fields


def _tsv_rows(path: Path, is_header: _IsHeader) -> Iterator[Row]:
    lines = ((number, line.rstrip("\r\n")) for number, line in enumerate(read_lines(path), start=1))
    return _with_names(path, ((number, line.split("\t")) for number, line in lines if line), is_header)


def _with_names(path: Path, rows: Iterator[tuple[int, list[str]]], is_header: _IsHeader) -> Iterator[Row]:
    first = next(rows, (0, []))
    if is_header(first[1]):
        names, pattern = [name.strip() for name in first[1]], "the header"
    else:
        names, pattern = [str(column) for column, _ in enumerate(first[1], start=1)], "the first row"
        rows = itertools.chain([first], rows)
    if repeated := sorted({name for name in names if names.count(name) > 1}):
        raise UserError(f'{path}:1: expected a name once per column, received "{repeated[0]}" more than once')
    for number, fields in rows:
        if len(fields) != len(names):
            raise UserError(f"{path}:{number}: expected {len(names)} fields as in {pattern}, received {len(fields)}")
        yield f"{path}:{number}", dict(zip(names, fields, strict=True))


def _json_rows(path: Path) -> Iterator[Row]:
    for number, line in enumerate(read_lines(path), start=1):
        if not line.strip():
            continue
        place = f"{path}:{number}"
        try:
            row = json.loads(line)
        except ValueError as error:
            raise UserError(f"{place}: expected one JSON object per line, but this is not JSON: {error}") from error
        if not isinstance(row, dict):
            raise UserError(f"{place}: expected one JSON object per line, received {_kind(row)}")
        yield place, row


def _example(row: dict, columns: Columns, place: str) -> Example:
    if columns.text not in row or columns.label not in row:
        raise UserError(
            f'{place}: expected "{columns.text}" and "{columns.label}", received {", ".join(map(repr, row)) or "an empty object"}'
        )
    return Example(text_of(row, columns.text, place), _name(row, columns.label, place), _name(row, columns.source, place), place)


def _name(row: dict, column: str | None, place: str) -> str:
    """Returns a label or source as a string; a missing one is empty."""
    value = row.get(column)
    if value is None or isinstance(value, str):
        return (value or "").strip()
    if isinstance(value, int):
        return json.dumps(value)  # so `true` stays "true"
    raise UserError(f'{place}: expected a string or a whole number as "{column}", received {_kind(value)}')


def _kind(value: object) -> str:
    kinds = {
        type(None): "null",
        bool: "a boolean",
        int: "a number",
        float: "a number",
        str: "a string",
        list: "an array",
        dict: "an object",
    }
    return kinds[type(value)]
