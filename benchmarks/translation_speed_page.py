"""docs/translation_speed.md, made from the records of speed that are of translation."""

from collections.abc import Sequence

from benchmarks.markdown import measured, table_of
from benchmarks.records import SpeedRecord
from benchmarks.speed import FLOOR_RATIO, Case, speed_ratios, times_floor
from benchmarks.speed_page import NO_RECORD, measurement_table, number, tables_or_none

TRAINING = "translation: training"
DECODING = "translation: decoding"
TABLES = (TRAINING, DECODING)
SPEED = "target tokens per second"
TIMES_STOCK = 1.5
TO_KERAS = "ours / keras"
TIMES_UNSORTED = 2.0
SENTENCES_PER_SECOND = 100

# What is said of a case: words, whom ours is compared with, how many times as fast is asked.
COMPARED = (
    (TO_KERAS, ("keras graph", "keras jit"), TIMES_STOCK),
    ("ours / keras, unsorted", ("keras graph, unsorted",), TIMES_UNSORTED),
    ("ours / PyTorch", ("pytorch",), 1.0),
)
FLOOR_OF_KERAS = "floor / keras"

INTRODUCTION = f"""\
# Speed of translation

`python -m benchmarks.render` makes this page from the records in `benchmarks/results/`, which `python -m benchmarks.translation_speed` and
`python -m benchmarks.translation_decoding` write.

## Training

One model, three times: ours, trained by the step of its `fit`; stock Keras layers, as a tutorial would write it
(`benchmarks/translators/stock.py`), in its own `train_on_batch`; and PyTorch. 2 bidirectional encoder layers of 128 units in each
direction, 2 decoder layers of 256, dot attention after the decoder, 160-wide embeddings that are the output too, joint BPE pieces, batches
of 64 pairs, Adam, gradients clipped to a global norm of 1. They start from the same weights, and before a clock runs their losses over the
first steps are compared. Each runs in a process of its own with the same number of threads, and they take turns on the same batches,
sorted by length and padded to a few shapes; *unsorted* batches are of any pairs, each padded to its longest. Counted are target tokens
without padding, as the median over the turns after all is compiled; *least* is the slowest turn. *keras graph* is compiled with
`jit_compile=False`, *keras jit* with `jit_compile=True`; the better of the two is what ours is compared with. The *floor* is the matrix
products of a step alone, in the same shapes and order, as a graph and under XLA, and again the better one counts: nobody who multiplies
these matrices can be more than *floor / keras* times as fast as Keras.

Asked for: {TIMES_STOCK} times the target tokens per second of Keras on the same batches, {TIMES_UNSORTED:g} times those on unsorted
ones; and the goal is to be no slower than PyTorch.
"""
DECODING_INTRODUCTION = f"""
## Decoding

Whole texts in, translations out, with a trained model: sentences are sorted by length, batched, decoded and put back into their order.
Asked for: {SENTENCES_PER_SECOND} sentences per second with a beam of 5.
"""


def translation_speed_page(records: Sequence[SpeedRecord]) -> str:
    """Returns the text of the page."""
    parts = {table: [record for record in records if record.table == table] for table in TABLES}
    return f"{INTRODUCTION}\n{_training(parts[TRAINING])}{DECODING_INTRODUCTION}\n{tables_or_none(parts[DECODING])}"


def ratios(case: Case) -> dict[str, float]:
    """Returns how many times as fast as the others ours is (above 1 is good), and how many times as fast the floor is as ours and Keras."""
    found = speed_ratios(case, [(what, names) for what, names, _ in COMPARED], SPEED)
    floor = times_floor(case, SPEED)
    if floor and TO_KERAS in found:
        floor[FLOOR_OF_KERAS] = found[TO_KERAS] * floor[FLOOR_RATIO]
    return found | floor


def _training(records: Sequence[SpeedRecord]) -> str:
    if not records:
        return NO_RECORD
    rows = [_row(record, case) for record in records for case in record.measurements.values()]
    asked = (f"{what}, asked {least:g}" for what, _, least in COMPARED)
    table = table_of(["", *asked, "as asked", FLOOR_RATIO, FLOOR_OF_KERAS], rows)
    return table + "".join(
        f"\n### {next(iter(record.measurements))}\n\n{measurement_table(record)}\n{measured(record)}" for record in records
    )


def _row(record: SpeedRecord, case: Case) -> list[str]:
    found = ratios(case)
    asked = {what: least for what, _, least in COMPARED[:2]}
    verdict = "" if not asked.keys() <= found.keys() else "yes" if all(found[what] >= least for what, least in asked.items()) else "no"
    floors = (number(found.get(what)) for what in (FLOOR_RATIO, FLOOR_OF_KERAS))
    return [record.what, *(number(found.get(what)) for what, *_ in COMPARED), verdict, *floors]
