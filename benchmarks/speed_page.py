"""docs/speed.md, made from the records of speed."""

from collections.abc import Sequence

from benchmarks.markdown import measured, table_of
from benchmarks.records import SpeedRecord
from benchmarks.speed import TIMES_FLOOR, TIMES_STOCK, Case, holds, ratios

NO_RECORD = "There is no record yet.\n"
INTRODUCTION = f"""\
# Speed

`python -m benchmarks.render` makes this page from the records in `benchmarks/results/`, which
`python -m benchmarks.recurrent_layers` writes.

Ours, the layers of Keras and those of PyTorch compute the same: same inputs, same weights, and before a clock runs their outputs and
gradients are compared. Each runs in a process of its own with the same number of threads, and they take turns. A training step is the
forward pass and the gradients of all weights and of the input. *keras graph* is the stock layer in a `tf.function`, *keras jit* the same
with `jit_compile=True`; the better of the two is stock. *ours jit* is ours compiled as a whole, for a forward pass alone. The *floor* is
the row's matrix products alone, in the same shapes and order, as a graph and under XLA; again the better one counts. Times are medians,
*least* the shortest; peak MiB is what the steps add to a process that has loaded its framework and compiled something with XLA. An empty
cell was not measured.

Asked for: training at least {TIMES_STOCK} times as fast as stock, or within {TIMES_FLOOR} times the floor.
"""
RATIOS = (
    "training: stock / ours",
    "training: ours / floor",
    "training: PyTorch / ours",
    "forward: stock / ours",
    "forward: PyTorch / ours",
    "memory: ours / stock",
)


def speed_page(records: Sequence[SpeedRecord]) -> str:
    """Returns the text of the page."""
    if not records:
        return f"{INTRODUCTION}\n{NO_RECORD}"
    cases = {name: case for record in records for name, case in record.measurements.items()}
    sections = "".join(f"\n## {record.what}\n\n{measurement_table(record)}\n{measured(record)}" for record in records)
    return f"{INTRODUCTION}\n{ratio_table(cases)}{sections}"


def ratio_table(cases: dict[str, Case]) -> str:
    """Returns a table with a row for each case of which a ratio is known."""
    found = {name: ratios(case) for name, case in cases.items()}
    rows = [
        [name, *(number(values.get(ratio)) for ratio in RATIOS), {True: "yes", False: "no", None: ""}[holds(values)]]
        for name, values in found.items()
        if values
    ]
    return table_of(["", *RATIOS, "as asked"], rows)


def measurement_table(record: SpeedRecord) -> str:
    """Returns a table of all that was measured; the case has a column if there are several."""
    columns = list(dict.fromkeys(name for case in record.measurements.values() for values in case.values() for name in values))
    several = len(record.measurements) > 1
    rows = [
        [*([name] if several else []), contender, *(number(values.get(column)) for column in columns)]
        for name, case in record.measurements.items()
        for contender, values in case.items()
    ]
    return table_of([*(["case"] if several else []), "", *columns], rows)


def tables_or_none(records: Sequence[SpeedRecord]) -> str:
    """Returns the table of each record, and how it came about; or that there is none."""
    return "\n".join(f"{measurement_table(record)}\n{measured(record)}" for record in records) or NO_RECORD


def number(value: float | None) -> str:
    """Returns a number with three digits; nothing for nothing."""
    return "" if value is None else f"{float(f'{value:.3g}'):,.10g}"
