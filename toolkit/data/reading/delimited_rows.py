"""Rows of fields: comma-separated, tab-separated and the like, and lines that begin with their label."""

import csv
import itertools
import re
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

from toolkit.data.reading.dialect import LABEL_MARK, Dialect, separator_of
from toolkit.data.reading.quoting import is_quoted
from toolkit.errors import UserError

Fields = tuple[int, list[str]]
"""The line where a row begins, and its fields."""

QUOTED = "quoted as CSV is"
"""The remark on a tab-separated file that has the quotes of CSV."""

_WINDOW = 1000  # lines from the first quote on that tell what quotes are
_MARKED = re.compile(rf"((?:{LABEL_MARK}\S+[ \t,]+)+)(.*)|(.*?)((?:\s+{LABEL_MARK}\S+)+)", re.DOTALL)
_FIRST_WORD = re.compile(r"(\S+)[ \t]+(.*)", re.DOTALL)


def field_rows(path: Path, lines: Iterable[str], dialect: Dialect, remarks: list[str]) -> Iterator[Fields]:
    """Reads rows of fields; an empty line is no row.

    Args:
        path: The file, for error messages.
        lines: Its lines.
        dialect: How they are written.
        remarks: Takes `QUOTED` if the quotes of a tab-separated file turn out to hold its fields together.

    Yields:
        Rows, as wide as they are.

    Raises:
        UserError: A row is not what CSV allows.
    """
    lines, start = iter(lines), 1
    first = next(lines, None)
    if first is None:
        return iter(())
    if separator_of(first):  # which Excel puts above the table
        start = 2
    else:
        lines = itertools.chain([first], lines)
    if dialect.quoting == "csv":
        return _quoted_rows(path, lines, dialect.delimiter, start)
    return _plain_rows(path, lines, dialect, start, remarks)


def label_rows(path: Path, lines: Iterable[str]) -> Iterator[tuple[str, dict]]:
    """Reads lines like `__label__good a film` and, without fastText's mark, `good a film`.

    Args:
        path: The file, for error messages.
        lines: Its lines.

    Yields:
        The place, and a label and a text.

    Raises:
        UserError: A line has no label or several.
    """
    marked = None
    for number, line in enumerate(lines, start=1):
        line = line.rstrip("\r\n")
        if not line.strip():
            continue
        marked = LABEL_MARK in line if marked is None else marked
        label, text = _marked_line(f"{path}:{number}", line) if marked else _first_word(f"{path}:{number}", line)
        yield f"{path}:{number}", {"label": label, "text": text}


def _marked_line(place: str, line: str) -> tuple[str, str]:
    match = _MARKED.fullmatch(line.strip(" \t") + " ") or _MARKED.fullmatch(line.rstrip())
    labels = [label.removeprefix(LABEL_MARK) for label in (match[1] or match[4]).replace(",", " ").split()] if match else []
    if len(labels) != 1:
        received = f"{len(labels)}: {', '.join(labels)}" if labels else "none"
        raise UserError(f"{place}: expected one label, {LABEL_MARK}NAME, at the beginning of the line, received {received}")
    return labels[0], (match[2] if match[1] else match[3]).strip(" \t")


def _first_word(place: str, line: str) -> tuple[str, str]:
    match = _FIRST_WORD.fullmatch(line.strip(" \t"))
    if not match:
        raise UserError(f"{place}: expected a label, a space and a text, received one word")
    return match[1], match[2]


def _quoted_rows(path: Path, lines: Iterable[str], delimiter: str, start: int) -> Iterator[Fields]:
    csv.field_size_limit(sys.maxsize)  # the standard limit, 128 KiB, would refuse a long text
    reader = csv.reader(lines, delimiter=delimiter, strict=True)
    while True:
        number = start + reader.line_num
        try:
            fields = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            advice = "check its quotes, or say --quoting none if they are characters"
            raise UserError(f"{path}:{number}: this row is not CSV: {error}; {advice}") from error
        if fields:
            yield number, fields


def _plain_rows(path: Path, lines: Iterator[str], dialect: Dialect, start: int, remarks: list[str]) -> Iterator[Fields]:
    """Reads a row per line. Where nobody has said what quotes are, the lines from the first quote on tell."""
    unknown = dialect.quoting is None
    number = start
    while (line := next(lines, None)) is not None:
        if unknown and '"' in line:
            unknown = False
            window = [line, *itertools.islice(lines, _WINDOW)]
            if is_quoted(window, from_first=number == start):
                remarks.append(QUOTED)
                yield from _quoted_rows(path, itertools.chain(window, lines), dialect.delimiter, number)
                return
            lines = itertools.chain(window[1:], lines)
        if line := line.rstrip("\r\n"):
            yield number, line.split(dialect.delimiter)
        number += 1
