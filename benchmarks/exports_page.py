"""docs/exports.md, made from the records of exported models."""

from collections.abc import Sequence

from benchmarks.markdown import measured, table_of
from benchmarks.records import ExportRecord, Measured, SpeedRecord
from benchmarks.speed import Case
from benchmarks.speed_page import NO_RECORD, measurement_table, number, tables_or_none

LATENCY, TRANSLATION = "exports: latency", "exports: translation"
TABLES = (LATENCY, TRANSLATION)
MILLISECONDS, SIZE = "ms", "MB"
FIXED = "fixed shapes"
FUSED_FORMS = {"float32": "fused LSTM", "int8": "int8, fused LSTM"}
ASKED_TOKENS = 64
MOST_MILLISECONDS = {"float32": 2.0, "int8": 1.2}
MOST_SIZE = 0.27  # of the int8 file, times that in single precision
STOCK = ("keras", "keras, no mask")

INTRODUCTION = """\
# Exported models

`python -m benchmarks.render` makes this page from the records in `benchmarks/results/`, which `python -m benchmarks.exports` and
`python -m benchmarks.litert_latency` write.

## As good as the model

A run's Keras model and all that was exported from it, each asked the whole test split; a language model the passages of its held-out text
that the run keeps, as LiteRT reads token by token. *Same* is the share of answers that are those of the Keras model. float16 and int8 are
the LiteRT files of rounded weights; MB is the size of the file, or of all of the SavedModel.
"""
TRANSLATION_INTRODUCTION = """
## Translation on LiteRT

Tokens of the target that a translator gives per second, one sentence at a time (batch 1) on one thread: encoder and search are one
signature of the file. The tokenizer is not in it. All take turns on the same sentences.
"""
LATENCY_INTRODUCTION = f"""
## One text on LiteRT

A classifier, a bidirectional LSTM, asked one text on one thread. *ours* are the files that `toolkit export` writes: for any shape, rounded,
of fixed shapes, and with LiteRT's own LSTM operator (`--fused-lstm`). *keras* is the same model with the same weights in layers of Keras,
of fixed shape, through `TFLiteConverter`: with `mask_zero=True`, which masks padding as ours does, but for the pooling, and without a mask,
which is wrong as soon as there is padding. All take turns in one process; the time is that of setting the tokens, running, and getting the
probabilities.

Asked for, of {ASKED_TOKENS} tokens: at most {MOST_MILLISECONDS["float32"]:g} ms in float32 and {MOST_MILLISECONDS["int8"]:g} ms in int8,
an int8 file of at most {MOST_SIZE:.0%} of the one in float32, and ours no slower than *keras*.
"""


def contender(who: str, form: str) -> str:
    """Returns what a file is called: `"ours"` or one of `STOCK`, and a format, `FIXED`, or one of `FUSED_FORMS`."""
    return f"{who}, {form}"


def length_of(tokens: int) -> str:
    """Returns what the measurements of texts of so many tokens are called."""
    return f"{tokens} tokens"


def exports_page(records: Sequence[Measured]) -> str:
    """Returns the text of the page, from all records that it is about."""
    speeds = {table: [each for each in records if isinstance(each, SpeedRecord) and each.table == table] for table in TABLES}
    quality = "\n".join(_quality(record) for record in records if isinstance(record, ExportRecord)) or NO_RECORD
    latencies = "\n".join(_latency(record) for record in sorted(speeds[LATENCY], key=lambda record: record.name)) or NO_RECORD
    return f"{INTRODUCTION}\n{quality}{TRANSLATION_INTRODUCTION}\n{tables_or_none(speeds[TRANSLATION])}{LATENCY_INTRODUCTION}\n{latencies}"


def _quality(record: ExportRecord) -> str:
    columns = [*dict.fromkeys(name for values in record.rows.values() for name in values if name != SIZE), SIZE]
    rows = [[form, *(_cell(values.get(column)) for column in columns)] for form, values in record.rows.items() if values]
    left_out = [form for form, values in record.rows.items() if not values]
    note = f"Left out when it was exported, as it differs too much: {', '.join(left_out)}.\n\n" if left_out else ""
    settings = "; ".join(f"{name} {_cell(value)}" for name, value in record.settings.items())
    return f"### {record.what}\n\n{table_of(['', *columns], rows)}\n{note}{settings}.\n\n{measured(record)}"


def _cell(value: float | str | None) -> str:
    """Returns a number with five digits, words as they are, and nothing for nothing."""
    if isinstance(value, str):
        return value.replace("|", " ")  # a bar would end the cell
    return "" if value is None else f"{float(f'{value:.5g}'):,.10g}"


def _latency(record: SpeedRecord) -> str:
    ((length, case),) = record.measurements.items()
    summary = ""
    if length == length_of(ASKED_TOKENS):
        rows = [[what, number(value), number(most), "yes" if value <= most else "no"] for what, value, most in asked(case)]
        summary = f"{table_of(['', 'measured', 'at most', 'as asked'], rows)}\n"
    return f"### {record.what}\n\n{summary}{measurement_table(record)}\n{measured(record)}"


def asked(case: Case) -> list[tuple[str, float, float]]:
    """Returns all that is asked of the latencies: what it is, what was measured, and the most that it may be."""
    ours = {form: case[contender("ours", form)] for form in ("float32", "int8", FIXED)}
    limits = [(f"{form}, ms", ours[form][MILLISECONDS], most) for form, most in MOST_MILLISECONDS.items()]
    against = {form: "int8" if form == "int8" else "float32" for form in ours}
    ratios = [
        (f"{form}: ours / {stock}", ours[form][MILLISECONDS] / case[contender(stock, other)][MILLISECONDS], 1.0)
        for stock in STOCK
        for form, other in against.items()
    ]
    return [*limits, ("int8 / float32, size", ours["int8"][SIZE] / ours["float32"][SIZE], MOST_SIZE), *ratios]
