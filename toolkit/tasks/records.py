"""What all that writes answers shares: formats, CSV and JSON lines."""

import csv
import json
import math
from collections.abc import Iterable
from typing import IO

from toolkit.arguments import check_choice

FORMATS = ("text", "csv", "jsonl")
_LINE_BREAKS = {ord(character): f"\\u{ord(character):04x}" for character in "\x85\u2028\u2029"}  # JSON itself escapes the others


def check_format(output_format: str) -> None:
    """Refuses what is no format.

    Args:
        output_format: One of `FORMATS`.

    Raises:
        ValueError: The format is not known.
    """
    check_choice("output_format", output_format, FORMATS)


def write_csv(header: Iterable[str], rows: Iterable[Iterable], file: IO[str]) -> None:
    """Writes a header and rows, each as soon as it is there.

    Args:
        header: Names of the columns.
        rows: Their values.
        file: Open for writing text.
    """
    # All strings quoted: otherwise a lone carriage return inside of a text would end its record.
    writer = csv.writer(file, lineterminator="\n", quoting=csv.QUOTE_NONNUMERIC)
    writer.writerow(header)
    for row in rows:
        writer.writerow(row)
        file.flush()


def json_line(record: dict) -> str:
    """Returns a record as JSON without any line break in it."""
    return json.dumps(record, ensure_ascii=False).translate(_LINE_BREAKS)


def rounded(number: float, digits: int = 4) -> float | None:
    """Returns a number for JSON or CSV, `None` if it is infinite or none, which JSON has no word for."""
    return round(number, digits) if math.isfinite(number) else None
