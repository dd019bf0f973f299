"""Pieces of the pages that are made from records."""

from collections.abc import Iterable, Sequence

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
