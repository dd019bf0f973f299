"""docs/language_model_speed.md, made from the records of speed that are of language models."""

from collections.abc import Sequence

from benchmarks.contenders import STOCK
from benchmarks.markdown import measured, table_of
from benchmarks.records import SpeedRecord
from benchmarks.speed import FLOOR_RATIO, TIMES_FLOOR, TIMES_STOCK, Case, fast_enough, speed_ratios, times_floor
from benchmarks.speed_page import NO_RECORD, measurement_table, number, tables_or_none

TRAINING = "language model: training"
SAMPLING = "language model: sampling"
NORMS = "language model: norms of the gradient"
TABLES = (TRAINING, SAMPLING, NORMS)
SPEED = "tokens per second"
CHARACTERS_PER_SECOND = 1000

GRAPH_RATIO, STOCK_RATIO, TORCH_RATIO = "ours / keras graph", "ours / keras", "ours / PyTorch"
FASTER = ((GRAPH_RATIO, ("keras graph",)), (STOCK_RATIO, STOCK), (TORCH_RATIO, ("pytorch",)))

INTRODUCTION = f"""\
# Speed of language models

`python -m benchmarks.render` makes this page from the records in `benchmarks/results/`, which
`python -m benchmarks.language_model_speed`, `python -m benchmarks.language_model_sampling` and `python -m benchmarks.clipping_cost`
write.

## Training

One model, three times: ours, trained by the step of its `fit`; stock Keras layers with `stateful=True`
(`benchmarks/language_models/stock.py`), in its own `train_on_batch`; and PyTorch, its state carried and detached. Truncated
backpropagation through time, Adam, gradients clipped to a global norm of 1, no dropout. They start from the same weights, and before a
clock runs their losses over the first windows are compared. Each runs in a process of its own with the same number of threads, and they
take turns on the same windows. Counted are predicted tokens, as the median over the turns after all is compiled; *least* is the slowest
turn. *keras graph* is compiled with `jit_compile=False`, *keras jit* with `jit_compile=True`; the better of the two is *keras*. The
*floor* is the matrix products of a step alone, in the same shapes and order, as a graph and under XLA; again the better one counts.
*ours bfloat16* makes the products with the vocabulary [in bfloat16](training.md#products-in-bfloat16), as the recipe does where the
processor is faster so; the ratios are of *ours*, in single precision.

Asked for: at least {TIMES_STOCK} times the tokens per second of Keras, or {FLOOR_RATIO} at most {TIMES_FLOOR}.
"""
SAMPLING_INTRODUCTION = f"""
## Sampling

Characters that a trained model writes per second, from the prompt to the last token, each drawn and read again: one text as it is
streamed, and many at once. Asked for: {CHARACTERS_PER_SECOND:,} characters per second of one text.
"""
NORMS_INTRODUCTION = """
## Norms of the gradient

What it costs a training step to record the norms of the gradients, all together and of each variable, before and after clipping. The step
of `fit` with them and the same step without take turns, each in a process of its own, on one thread. *More time* is how much longer a
round of a few steps takes than the one without norms before it: the median over the rounds, and the quartiles. The step without norms
runs twice; the second time the truth is 0.
"""


def language_model_speed_page(records: Sequence[SpeedRecord]) -> str:
    """Returns the text of the page."""
    parts = {table: [record for record in records if record.table == table] for table in TABLES}
    return f"{INTRODUCTION}\n{_training(parts[TRAINING])}" + "".join(
        f"{introduction}\n{tables_or_none(parts[name])}"
        for name, introduction in ((SAMPLING, SAMPLING_INTRODUCTION), (NORMS, NORMS_INTRODUCTION))
    )


def ratios(case: Case) -> dict[str, float]:
    """Returns how many times as fast as the others ours is (above 1 is good), and how many times as fast the floor is (below)."""
    return speed_ratios(case, FASTER, SPEED) | times_floor(case, SPEED)


def _training(records: Sequence[SpeedRecord]) -> str:
    if not records:
        return NO_RECORD
    names = [*(what for what, _ in FASTER), FLOOR_RATIO]
    rows = [_row(record, ratios(case), names) for record in records for case in record.measurements.values()]
    sections = (f"\n### {next(iter(record.measurements))}\n\n{measurement_table(record)}\n{measured(record)}" for record in records)
    return table_of(["", *names, "as asked"], rows) + "".join(sections)


def _row(record: SpeedRecord, found: dict[str, float], names: Sequence[str]) -> list[str]:
    verdict = fast_enough(found.get(STOCK_RATIO), found.get(FLOOR_RATIO))
    return [record.what, *(number(found.get(name)) for name in names), {True: "yes", False: "no", None: ""}[verdict]]
