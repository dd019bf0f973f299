"""docs/cell_speed.md, made from the records of speed that are of cells without a matrix product in their loop."""

import statistics
from collections.abc import Sequence

from benchmarks.exports_page import MILLISECONDS
from benchmarks.language_model_speed_page import SPEED
from benchmarks.markdown import measured, table_of
from benchmarks.records import ComparisonRecord, SpeedRecord
from benchmarks.speed import Case, best
from benchmarks.speed_page import NO_RECORD, measurement_table, number

LAYER, LANGUAGE_MODEL, TRANSLATION, LITERT = "cells: layer", "cells: language model", "cells: translation", "cells: LiteRT"
QUALITY = "cells: quality"
TABLES = (LAYER, LANGUAGE_MODEL, TRANSLATION, LITERT)
GRU, LSTM = "gru", "lstm"
OTHERS = {
    "gru": (GRU,),
    "Keras's GRU": (f"{GRU}, keras graph", f"{GRU}, keras jit"),
    "PyTorch's GRU": (f"{GRU}, pytorch",),
}
INTRODUCTION = """\
# Speed of the cells

`python -m benchmarks.render` makes this page from the records in `benchmarks/results/`, which `python -m benchmarks.cell_speed` writes.

How fast the [cells without a product in the loop](cells_without_a_product.md) are, beside LSTM and GRU. All run in one go, each in a
process of its own with the same number of threads, and take turns. Times are medians, *least* the shortest.
"""
INTRODUCTIONS = {
    LAYER: """
## A layer

A training step: forward, and the gradients of all weights and of the input. The GRU is ours, beside those of Keras (the better of a plain
graph and XLA; at 1,024 steps and beside bfloat16 the plain graph) and PyTorch; the three are compared in what they compute before the
clock runs. The *floor* of a cell is one product over all steps, there and back, and one pass over the memory for each array that has to be
read or written. *bfloat16* is the same cell with [that product in bfloat16](training.md#products-in-bfloat16); the GRUs, whose products
wait for one another in the loop, have no such thing. Asked for: SRU or QRNN at least 3 times as fast as our GRU, 4.5 times as Keras's and 4
times as PyTorch's at 128 steps; 4 times as our GRU at 1,024; at most 1.3 times the floor.
""",
    LANGUAGE_MODEL: """
## A language model

Training on characters, with as many parameters as the GRU has: tokens per second of whole training steps, with Adam and the output's
softmax. As many parameters are as many multiplications, and the time of our GRU is that of its products; so a cell without U gains nothing
here, as it has more units instead, unless the products are in *bfloat16*. Asked for: 2.5 times as many tokens as our GRU.
""",
    TRANSLATION: """
## A translator

Training of an encoder-decoder with attention, all of whose layers have the cell: target tokens per second of whole training steps. The LSTM
is ours, and PyTorch's in the same model, whose first losses are compared. Asked for: twice as many as PyTorch's LSTM.
""",
    LITERT: """
## On LiteRT

A classifier in both directions, asked one text on one thread; the file is for any length. Asked for, of 64 tokens: 0.6 ms in float32 and
0.4 ms in int8, and a time that grows no faster than the text up to 2,048 tokens.
""",
}
QUALITY_INTRODUCTION = """
## In the same minutes

Trained by the recipe with the same `--minutes`, each with as many parameters as the GRU: the score on held-out text, the mean over the
seeds. The minutes in a table are those that the whole command took. Of translators, two names with a plus between are the cell of the
encoder and that of the decoder.
"""
NATS, PERPLEXITY, ACCURACY, BLEU = "nats per character", "perplexity", "accuracy", "BLEU"
DIGITS = {NATS: 3, PERPLEXITY: 1, ACCURACY: 2, BLEU: 2}
LESS_IS_BETTER = (NATS, PERPLEXITY)
WRITTEN = "tokens written per second"


def cell_speed_page(records: Sequence[SpeedRecord], qualities: Sequence[ComparisonRecord]) -> str:
    """Returns the text of the page."""
    parts = {table: [record for record in records if record.table == table] for table in TABLES}
    speeds = "".join(f"{INTRODUCTIONS[name]}\n{_section(parts[name])}" for name in TABLES)
    quality = "\n".join(f"{_quality(record)}\n{measured(record)}" for record in qualities) or NO_RECORD
    return f"{INTRODUCTION}{speeds}{QUALITY_INTRODUCTION}\n{quality}"


def _quality(record: ComparisonRecord) -> str:
    """Returns the table of the cells, the best first: means over the seeds, and the spread of the score."""
    cells: dict[str, list[dict[str, float]]] = {}
    for name, row in record.rows.items():
        cells.setdefault(name.partition(",")[0], []).append(row)
    rows, score = [], next(name for name in DIGITS if name in next(iter(record.rows.values())))
    digits, writes = DIGITS[score], all(WRITTEN in row for row in record.rows.values())
    means = {cell: statistics.fmean(row[score] for row in found) for cell, found in cells.items()}
    for cell, found in sorted(cells.items(), key=lambda item: means[item[0]], reverse=score not in LESS_IS_BETTER):
        scores = [row[score] for row in found]
        spread = f"{statistics.stdev(scores):.{digits}f}" if len(scores) > 1 else ""
        one, minutes = found[0], statistics.fmean(row["minutes"] for row in found)
        numbers = [f"{minutes:.1f}", f"{one['units']:,}", f"{one['parameters']:,}", str(len(found))]
        written = [f"{statistics.fmean(row[WRITTEN] for row in found):,.0f}"] if writes else []
        rows.append([cell, f"{means[cell]:.{digits}f}", spread, *numbers, *written])
    head = ["", score, "standard deviation", "minutes", "units", "parameters", "seeds", *([WRITTEN] if writes else [])]
    return f"{record.what}\n\n{table_of(head, rows)}"


def _section(records: Sequence[SpeedRecord]) -> str:
    return (
        "\n".join(f"{_title(record)}{ratio_rows(record)}\n{measurement_table(record)}\n{measured(record)}" for record in records)
        or NO_RECORD
    )


def _title(record: SpeedRecord) -> str:
    return f"### {record.what[0].upper()}{record.what[1:]}\n\n"


def floor_of(cell: str) -> str:
    """Returns what the floor of a cell is called."""
    return f"{cell}, floor"


def ratio_rows(record: SpeedRecord) -> str:
    """Returns the table of a record's ratios by cell: how many times as fast as others, or as many times the milliseconds of few tokens."""
    if record.table == LITERT:
        return _growth(record.measurements)
    (case,) = record.measurements.values()
    if record.table in (LANGUAGE_MODEL, TRANSLATION):
        others = [name for name in (GRU, LSTM, f"{LSTM}, pytorch") if name in case]
        rows = [[cell, *(number(values[SPEED] / case[other][SPEED]) for other in others)] for cell, values in case.items()]
        return table_of(["", *(f"times as fast as {other}" for other in others)], rows)
    has_floors = any(", floor" in name for name in case)
    head = ["", *(f"times as fast as {name}" for name in OTHERS), *(["times its floor"] if has_floors else [])]
    return table_of(head, [_of_layer(case, cell)[: len(head)] for cell in case if "," not in cell])


def _of_layer(case: Case, cell: str) -> list[str]:
    own = case[cell][MILLISECONDS]
    faster = [best(case, names, MILLISECONDS) for names in OTHERS.values()]
    floor = best(case, (floor_of(cell), f"{cell}, floor graph", f"{cell}, floor jit"), MILLISECONDS)
    return [cell, *(number(None if other is None else other / own) for other in faster), number(None if floor is None else own / floor)]


def _growth(measurements: dict[str, Case]) -> str:
    """Returns milliseconds by length, and the last over the first."""
    lengths = list(measurements)
    rows = []
    for name in measurements[lengths[0]]:
        times = [measurements[length][name][MILLISECONDS] for length in lengths]
        rows.append([name, *map(number, times), number(times[-1] / times[0])])
    return table_of(["ms", *lengths, f"{lengths[-1]} / {lengths[0]}"], rows)
