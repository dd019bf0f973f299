"""How a file with one example per row is written, found out from its first lines."""

import json
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from toolkit.data.reading.quoting import csv_rows
from toolkit.data.reading.reading import DELIMITERS, Reading
from toolkit.errors import UserError

LABEL_MARK = "__label__"
"""What fastText's labels begin with."""

_AGREEING = 0.9  # share of the rows that have as many fields as most
_FEWEST_LINES = 10  # from which on the first words of lines can be told to be labels
_LINES_PER_LABEL = 5
_MARKED_LINE = re.compile(rf"{LABEL_MARK}[^\s,;|]+[ \t]")
_FIRST_WORD = re.compile(r"[ \t]*([\w:+-]+)[ \t]+[^ \t\r\n]")
_SEPARATOR = re.compile(r"sep=(.)\r?\n")
_JSON_START = re.compile(r"\[\s*(\{|$)|\{\s*(\"|$)")


class NoTable(UserError):
    """A file in which nothing tells how its rows are written."""


@dataclass(frozen=True)
class Dialect:
    """How a file is written.

    Attributes:
        form: Rows of fields, JSON of any shape, a JSON object per line, or lines that begin with their label.
        delimiter: What is between two fields.
        quoting: `"csv"` or `"none"`; `None` if the first quote that occurs will tell.
    """

    form: Literal["delimited", "json", "jsonl", "fasttext"]
    delimiter: str = ""
    quoting: Literal["csv", "none"] | None = None

    def __str__(self) -> str:
        """Returns what a report says of it."""
        if self.form == "delimited":
            names = {character: name for name, character in DELIMITERS.items()}
            return f"{names.get(self.delimiter, repr(self.delimiter))}-separated"
        return {"json": "JSON", "jsonl": "JSON lines", "fasttext": "lines that begin with their label"}[self.form]


_CSV, _TSV, _JSONL = Dialect("delimited", ",", "csv"), Dialect("delimited", "\t"), Dialect("jsonl")
_BY_ENDING = {".csv": _CSV, ".tsv": _TSV, ".tab": _TSV, ".jsonl": _JSONL, ".ndjson": _JSONL, ".json": _JSONL}


def dialect_of_name(path: Path) -> Dialect | None:
    """Returns what the name of a file, gzipped or not, makes one expect; `None` if it is not that of a table."""
    return _BY_ENDING.get(Path(path.name.removesuffix(".gz")).suffix.lower())


def find_dialect(head: Sequence[str], path: Path, reading: Reading, labeled: bool) -> Dialect:
    """Finds out how a file is written.

    Args:
        head: Its first lines.
        path: Its name, which decides where the content does not.
        reading: What somebody has said of it.
        labeled: Whether lines may begin with their label.

    Returns:
        How to read it.

    Raises:
        NoTable: Nothing tells.
    """
    expected = dialect_of_name(path)
    if reading.format in ("json", "jsonl"):
        return _json_form(head)
    if reading.format == "fasttext":
        return Dialect("fasttext")
    if reading.format == "tsv":
        return Dialect("delimited", "\t", reading.quoting)
    if character := reading.character or separator_of(head[0] if head else ""):
        return _delimited(character, reading)
    start = "".join(head[:2]).lstrip()
    if reading.format is None and (_JSON_START.match(start) or (expected is _JSONL and start.startswith(("[", "{", '"')))):
        return _json_form(head)
    if reading.format is None and labeled and _all_marked(head):
        return Dialect("fasttext")
    expected = _CSV if reading.format == "csv" else expected
    if delimiter := _find_delimiter(head, expected.delimiter if expected else ""):
        return _delimited(delimiter, reading)
    if reading.format is None and labeled and _begin_with_labels(head):
        return Dialect("fasttext")
    if expected is not None:
        return _delimited(expected.delimiter, reading) if expected.delimiter else expected
    forms = f"columns with a {', '.join(list(DELIMITERS)[:-1])} or {list(DELIMITERS)[-1]} between them, or JSON"
    raise NoTable(
        f"{path}: expected {forms}{', or lines that begin with their label' * labeled}, found none of these in its first "
        f"{len(head):,} lines; say how to read it with --format or --delimiter"
    )


def separator_of(line: str) -> str | None:
    """Returns the delimiter that a line like `sep=;`, which Excel reads above a table, announces; `None` for any other line."""
    match = _SEPARATOR.fullmatch(line)
    return match[1] if match else None


def _delimited(delimiter: str, reading: Reading) -> Dialect:
    return Dialect("delimited", delimiter, reading.quoting or (None if delimiter == "\t" else "csv"))


def _json_form(head: Sequence[str]) -> Dialect:
    """Tells an object per line from everything else that is JSON."""
    lines = [line for line in head if line.strip()]
    try:
        first = json.loads(lines[0]) if lines else {}
    except (ValueError, RecursionError):
        return Dialect("json")
    nested = isinstance(first, dict) and any(isinstance(value, dict | list) for value in first.values())
    return Dialect("jsonl" if isinstance(first, dict) and not (nested and len(lines) == 1) else "json")


def _find_delimiter(head: Sequence[str], usual: str) -> str | None:
    """Returns the character that gives most rows the same number of fields, the `usual` one between equals; `None` if none does."""
    order = [usual, *(character for character in ("\t", ",", ";", "|") if character != usual)]
    agreement = {character: _agreement(head, character) for character in order if character}
    best = max(agreement, key=lambda character: (agreement[character], not _is_punctuation(head, character)))
    return best if agreement[best] >= _AGREEING else None


def _is_punctuation(head: Sequence[str], delimiter: str) -> bool:
    """Tells whether a space mostly follows a character, as in prose."""
    text = "".join(head)
    return 2 * text.count(f"{delimiter} ") > text.count(delimiter)


def _agreement(head: Sequence[str], delimiter: str) -> float:
    """Returns the share of the rows that have as many fields as most have, if those are two or more."""
    rows = [csv_rows(head, delimiter)[0]]
    if delimiter == "\t":
        rows.append([line.rstrip("\r\n").split("\t") for line in head if line.strip("\r\n")])
    return max(map(_share_of_most, rows))


def _share_of_most(rows: Sequence[Sequence[str]]) -> float:
    if not rows:
        return 0.0
    [(width, number)] = Counter(map(len, rows)).most_common(1)
    return number / len(rows) if width > 1 else 0.0


def _all_marked(head: Sequence[str]) -> bool:
    lines = [line for line in head if line.strip()]
    return bool(lines) and all(_MARKED_LINE.match(line) for line in lines)


def _begin_with_labels(head: Sequence[str]) -> bool:
    """Tells lines like `0 a dull film`: all begin with one of a few words."""
    lines = [line for line in head if line.strip()]
    words = [match[1] for match in map(_FIRST_WORD.match, lines) if match]
    return _FEWEST_LINES <= len(lines) == len(words) and len(set(words)) * _LINES_PER_LABEL <= len(lines)
