"""docs/textbooks.md, made from the records of the experiments in `benchmarks.theory`."""

import statistics
from collections.abc import Sequence
from typing import Any

from benchmarks.markdown import measured, table_of
from benchmarks.records import TheoryRecord
from benchmarks.theory import NAMES

INTRODUCTION = """\
# What the textbooks say and what we measured

`python -m benchmarks.render` makes this page from the records in `benchmarks/results/` that `python -m benchmarks.theory` writes; `python
-m benchmarks.theory depth` runs one experiment.

Each experiment has a claim, and a rule in code that was there before the runs of the record. A rule is a list of comparisons. One holds
if the worst seed of the side that should be above is above the best of the other side; it is the other way round if the reverse is true
of all seeds. A claim is **confirmed** if all of its comparisons hold, the verdict is **the opposite here** if all are the other way
round, and else it is **not confirmed here**. *Here* means small networks, short trainings and few seeds: what is not confirmed may well
be true of larger ones. Tasks and sizes were chosen by short trials such that something learns; the seeds of the trials are among those of
the records. Quality is measured on data that no training sees. Tables have the mean over seeds and the standard deviation. Minutes are of
wall time, of a machine that had other work, too.
"""
DIGITS = 3


def textbooks_page(records: Sequence[TheoryRecord]) -> str:
    """Returns the text of the page."""
    order = {f"theory-{name}": place for place, name in enumerate(NAMES)}
    known = sorted((record for record in records if record.name in order), key=lambda record: order[record.name])
    if not known:
        return f"{INTRODUCTION}\nThere is no record yet.\n"
    rows = [[record.what, record.claim, f"**{record.verdict}**", record.finding] for record in known]
    verdicts = table_of(["", "claim", "verdict", "why"], rows, words=4)
    how = "".join(map(measured, known))
    return "\n".join([INTRODUCTION, verdicts, *map(_section, known), f"## Measured\n\n{how}"])


def _section(record: TheoryRecord) -> str:
    """Returns what stands on the page of an experiment."""
    figure = f"![{record.what}: what was measured](theory/{record.name.removeprefix('theory-')}.png)"
    comparisons = "".join(f"* {sentence}\n" for sentence in record.comparisons)
    run = f"Seeds {', '.join(map(str, record.seeds))}; {record.minutes:.1f} minutes."
    return (
        f"## {record.what}\n\n{record.claim} ({record.source})\n\n"
        f"**{record.verdict[:1].upper()}{record.verdict[1:]}.** {record.finding}\n\n{comparisons}\n"
        f"{figure}\n\n**Rule.** {record.rule}\n\n**Setting.** {record.setting} {run}\n\n{_table(record)}{_examples(record)}"
    )


def _table(record: TheoryRecord) -> str:
    """Returns a table with a row for each combination of factors: of each measure the mean and the standard deviation over seeds.

    The rows are in the order of the first factor's values, then of the second's and so on, as they were run.
    """
    places = {name: list(dict.fromkeys(row[name] for row in record.rows)) for name in record.factors}
    in_order = sorted(record.rows, key=lambda row: [places[name].index(row[name]) for name in record.factors])
    hidden = (*record.factors, "seed")
    measures = [name for name, value in record.rows[0].items() if name not in hidden and not isinstance(value, (list, str))]
    groups: dict[tuple[str, ...], list[dict[str, Any]]] = {}
    for row in in_order:
        groups.setdefault(_words(record, row), []).append(row)
    rows = [[*words, *(_mean([row[name] for row in some]) for name in measures)] for words, some in groups.items()]
    return table_of([*record.factors, *measures], rows, words=len(record.factors))


def _examples(record: TheoryRecord) -> str:
    """Returns what the first seed's rows have as an example, if they have one."""
    rows = [row for row in record.rows if row["seed"] == record.seed and "example" in row]
    examples = "".join(f"* {', '.join(_words(record, row))}: `{row['example']}`\n" for row in rows)
    return f"\nExamples, of seed {record.seed}:\n\n{examples}" if rows else ""


def _words(record: TheoryRecord, row: dict[str, Any]) -> tuple[str, ...]:
    """Returns the factors of a row as words."""
    return tuple(f"{row[name]:,}" if isinstance(row[name], int) else str(row[name]) for name in record.factors)


def _mean(found: Sequence[float | None]) -> str:
    """Returns the mean and the spread of what is a number, and of how many seeds that is if not of all."""
    numbers = [value for value in found if value is not None]
    if not numbers:
        return ""
    missing = f" ({len(numbers)} of {len(found)} seeds)" if len(numbers) < len(found) else ""
    spread = statistics.stdev(numbers) if len(numbers) > 1 else 0
    if spread:
        return f"{statistics.fmean(numbers):.{DIGITS}g} ± {spread:.1g}{missing}"
    return (f"{numbers[0]:,}" if isinstance(numbers[0], int) else f"{numbers[0]:.{DIGITS}g}") + missing
