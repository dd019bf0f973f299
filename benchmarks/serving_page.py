"""docs/serving_speed.md, made from the records of served models."""

from collections.abc import Sequence

from benchmarks.markdown import measured, table_of
from benchmarks.records import SpeedRecord
from benchmarks.speed import Case
from benchmarks.speed_page import NO_RECORD, measurement_table, number

SERVING = "serving"
TABLES = (SERVING,)
CLIENTS = (1, 8, 32)
BATCHES = (1, 32)
PROCESSES = 5  # in which the SavedModel is called for the first time
SPEED, MEDIAN, FIRST = "texts per second", "p50 ms", "first ms"
TIMES_MEDIAN = 2  # the first request after warm-up takes at most
TIMES_BATCH = 5  # texts per second in batches of 32, of those one by one, at least

FIRST_RATIO, BATCH_RATIO = "first / median", "batch 32 / batch 1"


def server_row(clients: int) -> str:
    """Returns what a measurement through the server is called."""
    return f"server, {clients} at a time"


def direct_row(batch: int) -> str:
    """Returns what a measurement without a server is called."""
    return f"SavedModel, batch {batch}"


INTRODUCTION = f"""\
# Speed of serving

`python -m benchmarks.render` makes this page from the records in `benchmarks/results/`, which `python -m benchmarks.serving` writes.

`toolkit serve` serves an export by kserve, and on the same machine clients send one held-out text after the other, each the next as soon as
it has the answer to the last: 1 client, 8, and 32. Below that the same SavedModel without a server, called with one text and with 32.
*p50* and *p99* are the milliseconds that half and 99 of 100 requests, or calls, take at most, *first* those of the first one after the
warm-up, whose text has the median length; for the SavedModel with one text the median over {PROCESSES} new processes, because one alone
says little. The clients share the cores with the server.

Asked for: the first call of the SavedModel after its warm-up takes at most {TIMES_MEDIAN} times the median, and batches of 32 give at
least {TIMES_BATCH} times the texts per second of batches of 1.
"""


def serving_page(records: Sequence[SpeedRecord]) -> str:
    """Returns the text of the page."""
    if not records:
        return f"{INTRODUCTION}\n{NO_RECORD}"
    cases = [(record, case) for record in records for case in record.measurements.values()]
    summary = table_of(["", FIRST_RATIO, BATCH_RATIO, "as asked"], [_row(record, case) for record, case in cases])
    sections = "".join(f"\n## {record.what}\n\n{measurement_table(record)}\n{measured(record)}" for record in records)
    return f"{INTRODUCTION}\n{summary}{sections}"


def ratios(case: Case) -> dict[str, float]:
    """Returns the ratios that something is asked of: of the first call to the median, and of the texts per second with batches."""
    one, many = (case[direct_row(batch)] for batch in BATCHES)
    return {FIRST_RATIO: one[FIRST] / one[MEDIAN], BATCH_RATIO: many[SPEED] / one[SPEED]}


def _row(record: SpeedRecord, case: Case) -> list[str]:
    found = ratios(case)
    as_asked = found[FIRST_RATIO] <= TIMES_MEDIAN and found[BATCH_RATIO] >= TIMES_BATCH
    return [record.what, number(found[FIRST_RATIO]), number(found[BATCH_RATIO]), "yes" if as_asked else "no"]
