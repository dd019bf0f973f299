"""Answers as values, and what writes those of any kind of task: as text, CSV or JSON lines."""

import csv
import io
import json
import math
from collections.abc import Iterable, Mapping, Sequence
from typing import IO, Any

from toolkit.arguments import check_choice

FORMATS = ("text", "csv", "jsonl")
_LINE_BREAKS = {ord(character): f"\\u{ord(character):04x}" for character in "\x85\u2028\u2029"}  # JSON itself escapes the others


class Answer(dict):
    """The answer to an item: a dict that JSON can hold, which knows how else it is written.

    Args:
        record: The dict.
        rows: The rows of a table that it is, one or more.
        text: What people read, to the end of its last line, in pieces as they come.
    """

    def __init__(self, record: Mapping[str, Any], rows: Sequence[Sequence], text: Iterable[str]):
        super().__init__(record)
        self.rows = rows
        self.text = text


def write_answers(answers: Iterable[Answer], columns: Sequence[str], file: IO[str], output_format: str) -> None:
    """Writes answers, each as soon as it is there.

    - `text`: what people read.
    - `csv`: a header, then the rows, quoted as RFC 4180 has it.
    - `jsonl`: an object on a line. No line break is in it, U+2028 and its like neither: they are escaped.

    Args:
        answers: What to write.
        columns: The header of their rows.
        file: Open for writing text.
        output_format: One of `FORMATS`.

    Raises:
        ValueError: The format is not known.
    """
    check_choice("output_format", output_format, FORMATS)
    if output_format == "csv":
        file.write(csv_lines([columns]))
    for answer in answers:
        for piece in pieces_of(answer, output_format):
            file.write(piece)
            file.flush()


def pieces_of(answer: Answer, output_format: str) -> Iterable[str]:
    """Returns what is written of an answer in one of `FORMATS`, in pieces as they come; together they end with a line feed."""
    if output_format == "text":
        return answer.text
    return [csv_lines(answer.rows) if output_format == "csv" else f"{json_line(answer)}\n"]


def csv_lines(rows: Iterable[Sequence]) -> str:
    """Returns rows as CSV. All strings are quoted: otherwise a lone carriage return inside of a text would end its record."""
    file = io.StringIO(newline="")
    csv.writer(file, lineterminator="\n", quoting=csv.QUOTE_NONNUMERIC).writerows(rows)
    return file.getvalue()


def json_line(record: dict) -> str:
    """Returns a record as JSON without any line break in it."""
    return json.dumps(record, ensure_ascii=False).translate(_LINE_BREAKS)


def rounded(number: float, digits: int = 4) -> float | None:
    """Returns a number for JSON or CSV, `None` if it is infinite or none, which JSON has no word for."""
    return round(float(number), digits) if math.isfinite(number) else None
