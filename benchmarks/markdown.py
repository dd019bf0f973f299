"""Pieces of the pages that are made from records."""

from collections.abc import Iterable, Sequence
from typing import Any

from benchmarks.records import Measured


def line(cells: Iterable[str]) -> str:
    """Returns one row of a table."""
    return "| " + " | ".join(cells) + " |\n"


def table_of(head: Sequence[str], rows: Iterable[Sequence[str]], words: int = 1) -> str:
    """Returns a table whose first column, or first so many, has words and the others numbers."""
    return "".join([line(head), line([*["---"] * words, *["---:"] * (len(head) - words)]), *map(line, rows)])


def measured(record: Measured) -> str:
    """Returns the line that says how a record came about."""
    machine = record.hardware
    versions = ", ".join(f"{package} {version}" for package, version in record.versions.items())
    return (
        f"* {record.what}: `{record.command}`, seed {record.seed}, commit {record.commit}, {record.date}; "
        f"{machine['processor']}, {machine['logical_cores']} logical cores, {machine['memory_gib']} GiB; {versions}.\n"
    )


def memory(gib: float | None) -> str:
    """Returns memory with one digit after the point; nothing for nothing."""
    return "" if gib is None else f"{gib:.1f}"


COSTS = ("parameters", "minutes", "GiB")


def scored_rows(records: Sequence[Any], scores: str = "scores") -> list[tuple[str, dict[str, float], list[str]]]:
    """Returns rows of a table of scores: of the records, then of the results of others that they name, each once and in italics.

    Args:
        records: They have `parameters`, `references` and `peak_memory_gib`.
        scores: The attribute with their scores by name, which is also the key of those of a reference.

    Returns:
        Of each row the words, the scores, and the cells below `COSTS`, empty where not known.
    """
    others = {reference["what"]: reference for record in records for reference in record.references}
    return [
        *((each.what, getattr(each, scores), _costs(each.parameters, each.minutes, each.peak_memory_gib)) for each in records),
        *((f"*{what}*", other[scores], _costs(other.get("parameters"), other.get("minutes"))) for what, other in others.items()),
    ]


def _costs(parameters: int | None, minutes: float | None, gib: float | None = None) -> list[str]:
    return ["" if parameters is None else f"{parameters:,}", "" if minutes is None else f"{minutes:.1f}", memory(gib)]
