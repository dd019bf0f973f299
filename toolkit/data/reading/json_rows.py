"""Rows of JSON files: an object per line, or an array, or objects and columns of another shape."""

import json
import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from toolkit.errors import UserError

_ROWS = ("data", "rows", "records", "examples", "items")  # what an object calls the array of its rows
_SPACE = re.compile(r"[\s,]*")


def line_rows(path: Path, lines: Iterable[str]) -> Iterator[tuple[str, dict]]:
    """Reads an object per line.

    Args:
        path: The file, for error messages.
        lines: Its lines.

    Yields:
        The place and the object.

    Raises:
        UserError: A line is something else.
    """
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        place = f"{path}:{number}"
        try:
            row = json.loads(line)
        except (ValueError, RecursionError) as error:
            raise UserError(f"{place}: expected one JSON object per line, but this is not JSON: {error}") from error
        if not isinstance(row, dict):
            raise UserError(f"{place}: expected one JSON object per line, received {kind_of(row)}")
        yield place, row


def json_rows(path: Path, lines: Iterable[str]) -> Iterator[tuple[str, dict]]:
    """Reads the objects of an array, one after another over any number of lines, or under the one key of an object; or a list per column.

    Args:
        path: The file, for error messages.
        lines: Its lines, all of which are held in memory.

    Yields:
        The place and the object.

    Raises:
        UserError: The file is something else.
    """
    text = "".join(lines)
    start = _SPACE.match(text).end()
    if text.startswith("[", start):
        yield from _values(path, text, start + 1, "]")
        return
    values = list(_values(path, text, start, ""))
    if len(values) == 1:
        yield from _rows_of_object(path, *values[0])
    else:
        yield from values


def _values(path: Path, text: str, position: int, end: str) -> Iterator[tuple[str, dict]]:
    """Reads objects, with commas between them or not, up to `end`."""
    decoder = json.JSONDecoder()
    line, counted = 1, 0
    while True:
        position = _SPACE.match(text, position).end()
        line, counted = line + text.count("\n", counted, position), position
        place = f"{path}:{line}"
        if end and text.startswith(end, position):
            return
        if position == len(text) and not end:
            return
        try:
            value, position = decoder.raw_decode(text, position)
        except (ValueError, RecursionError) as error:
            wrong = f"it ends before the array does ({end})" if position == len(text) else f"this is not JSON: {error}"
            raise UserError(f"{place}: expected an array of JSON objects, but {wrong}") from error
        if not isinstance(value, dict):
            raise UserError(f"{place}: expected JSON objects, one per text, received {kind_of(value)}")
        yield place, value


def _rows_of_object(path: Path, place: str, value: dict) -> Iterator[tuple[str, dict]]:
    """Reads an object that holds all rows: as columns (of pandas), or as an array of objects under a name that says so."""
    columns = {name: list(cells.values()) if isinstance(cells, dict) else cells for name, cells in value.items()}
    arrays = [value[name] for name in _ROWS if isinstance(value.get(name), list)]
    if len(arrays) == 1 and all(isinstance(row, dict) for row in arrays[0]):
        yield from ((f"{path}: object {number}", row) for number, row in enumerate(arrays[0], start=1))
    elif columns and all(isinstance(cells, list) for cells in columns.values()):
        if len({len(cells) for cells in columns.values()}) > 1:
            lengths = ", ".join(f'"{name}" {len(cells):,}' for name, cells in columns.items())
            raise UserError(f"{place}: expected columns of the same length, received {lengths}")
        for number, cells in enumerate(zip(*columns.values(), strict=True), start=1):
            yield f"{path}: row {number}", dict(zip(columns, cells, strict=True))
    else:
        yield place, value


def kind_of(value: Any) -> str:
    """Returns what JSON calls a value."""
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
