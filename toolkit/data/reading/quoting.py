"""Whether the quotes of a tab-separated file hold its fields together, or are characters of its texts."""

import csv
import re
import sys
from collections.abc import Iterable, Sequence

_NUMBER = re.compile(r"[+-]?[0-9.]*")
_QUOTED = re.compile(r'"(?:[^"]|"")*"')
_FIELDS = re.compile(r'(?:(?:"(?:[^"]|"")*"|[^"\t\n]*)(?:\t|\n|$))+')


def is_quoted(lines: Sequence[str], from_first: bool) -> bool:
    r"""Tells whether tab-separated lines are quoted throughout by the rules of CSV, as `DataFrame.to_csv(sep="\t")` writes them.

    They are if each field with a quote in it is quoted as a whole, with the quotes inside doubled, and if there was a reason to: a quote,
    a tab or a line feed inside; or from the first line on all that is no number is quoted. The quotes of `"Good" film`, and of `"Good"`
    in a row where nothing else has any, are characters.

    Args:
        lines: Lines from the one with the first quote on.
        from_first: Whether that one is the first line of the file.
    """
    rows = [line.rstrip("\r\n").split("\t") for line in lines if line.strip("\r\n")]
    if len({len(row) for row in rows}) == 1:
        fields = [field for row in rows for field in row]
        quoted = [field for field in fields if '"' in field]
        throughout = from_first and all(_QUOTED.fullmatch(field) or _NUMBER.fullmatch(field) for field in fields)
        return all(map(_QUOTED.fullmatch, quoted)) and (throughout or any('""' in field[1:-1] for field in quoted))
    return _has_breaks_in_quotes(lines)


def _has_breaks_in_quotes(lines: Sequence[str]) -> bool:
    """Tells whether it takes quotes to give all rows as many fields."""
    text = "".join(lines).replace("\r\n", "\n")
    match = _FIELDS.match(text)
    rest = text[match.end() :] if match else text
    if rest.startswith('"') and '"' not in rest[1:].replace('""', ""):  # the last row of a sample may go on
        rest = ""
    rows, whole = csv_rows(lines, "\t")
    widths = {len(row) for row in (rows if whole else rows[:-1])}
    return not rest and len(widths) == 1 and widths != {1}


def csv_rows(lines: Iterable[str], delimiter: str) -> tuple[list[list[str]], bool]:
    """Returns the rows of the first lines of a file, without the empty ones, and whether all of them are whole; no error."""
    csv.field_size_limit(sys.maxsize)  # the standard limit, 128 KiB, would refuse a long text
    rows: list[list[str]] = []
    for strict in (True, False):
        rows.clear()
        try:
            rows += filter(None, csv.reader(lines, delimiter=delimiter, strict=strict))
        except csv.Error:
            continue
        return rows, strict
    return rows, False
