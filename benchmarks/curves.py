"""How good models were after so many minutes of training, below the tables in docs/results.md."""

from collections.abc import Sequence
from typing import Any

from benchmarks.markdown import table_of

MINUTES = (2, 5, 15, 30, 60, 120)


def curves(records: Sequence[Any], what: str, digits: str) -> str:
    """Returns a table of the validations of the records that have any; nothing if there are none.

    Args:
        records: They have `progress`: of each validation the minutes of training until its end, and a score.
        what: What the score is.
        digits: How it is written, such as `".1f"`.
    """
    known = [record for record in records if record.progress]
    scores = [[*scores_after(record.progress), record.progress[-1][1]] for record in known]
    used = [column for column in range(len(MINUTES)) if any(each[column] is not None for each in scores)]
    if not used:
        return ""
    head = ["model", *(f"{MINUTES[column]} minutes" for column in used), "the end"]
    rows = [[record.what, *(_written(each[column], digits) for column in (*used, -1))] for record, each in zip(known, scores, strict=True)]
    return f"\n{what}, at the last validation within so many minutes of training:\n\n{table_of(head, rows)}"


def scores_after(progress: Sequence[Sequence[float]]) -> list[float | None]:
    """Returns the last score within each of `MINUTES`; `None` before the first and after the end."""
    within = [[score for minutes, score in progress if minutes <= most] for most in MINUTES]
    return [scores[-1] if scores and most <= progress[-1][0] else None for most, scores in zip(MINUTES, within, strict=True)]


def _written(score: float | None, digits: str) -> str:
    return "" if score is None else format(score, digits)
