"""The tables of models that draw in docs/results.md."""

from collections.abc import Sequence

from benchmarks.curves import curves
from benchmarks.markdown import COSTS, scored_rows, table_of
from benchmarks.records import DrawingRecord

DIGITS = {"bound": ".2f", "reconstruction": ".2f", "KL": ".2f", "bits per pixel": ".4f"}
UNITS = {name: f"{name}, nats" for name in ("bound", "reconstruction", "KL")}


def drawing_table(records: Sequence[DrawingRecord]) -> str:
    """Returns a Markdown table, the lowest bound first, with the results of others that the records name."""
    rows = sorted(scored_rows(records), key=lambda row: row[1]["bound"])
    cells = ([what, *(_score(scores, name) for name in DIGITS), *costs] for what, scores, costs in rows)
    progress = curves(records, "The bound on the validation split, nats", ".1f")
    return table_of(["model", *(UNITS.get(name, name) for name in DIGITS), *COSTS], cells) + progress


def _score(scores: dict[str, float], name: str) -> str:
    """Returns a score with as many digits as it has in the table; nothing for nothing."""
    return format(scores[name], DIGITS[name]) if name in scores else ""
