"""Cells without a matrix product in their loop against the clock, beside GRU and LSTM.

    python -m benchmarks.cell_speed [--measure layer,bfloat16,long,language_model,translation,litert] [--rounds N] [--out FOLDER] [--quick]

| measure | what |
|---|---|
| layer | a training step with all outputs, batch 64, 128 steps, 256 → 512 |
| bfloat16 | the same with the large products in that precision, too |
| long | the same at batch 16 and 1,024 steps |
| language_model | training of a language model on characters: 2 layers, 32 windows of 128; all have as many parameters as the GRU |
| translation | training of a translator, Multi30k with `--source` and `--target`: 2 + 2 layers of 256 units, batches of 64 |
| litert | a classifier of 2 x 128 units on LiteRT, one text, one thread, at several lengths |

Each cell has its floor beside it (`benchmarks/contenders/elementwise_floor.py`); the GRU has its own matrix products, the stock layer of
Keras and that of PyTorch, if it is installed. All run in one go, each in a process of its own, and take turns. docs/cell_speed.md shows the
records.

What needs TensorFlow is imported where it is used: every process imports this module, that of PyTorch too.
"""

import argparse
import dataclasses
import statistics
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from benchmarks import translation_speed
from benchmarks.cell_speed_page import GRU, LANGUAGE_MODEL, LAYER, LITERT, LSTM, TRANSLATION, floor_of, ratio_rows
from benchmarks.choices import some_of
from benchmarks.contenders import OURS_ROUNDED
from benchmarks.contenders.rows import ROWS, Row
from benchmarks.contenders.session import Session
from benchmarks.exports_page import MILLISECONDS
from benchmarks.language_model_speed import BATCHES, CHARACTERS
from benchmarks.language_model_speed_page import SPEED
from benchmarks.language_models.session import LanguageModelSession
from benchmarks.language_models.windows import make_windows, random_text
from benchmarks.litert_latency import CALLS, EMBEDDING, LABELS, MEGABYTE, UNITS, VOCABULARY, in_turns, runner
from benchmarks.records import LITERT_PACKAGES, RESULTS, SpeedRecord, versions_of
from benchmarks.speed import Case
from benchmarks.speed_page import measurement_table
from benchmarks.training_turns import FIRST_LOSSES, rounded, train_in_turns
from benchmarks.translators.session import TranslatorSession
from benchmarks.turns import require_agreement, take_turns, workers_of
from toolkit.cells import without_product

THREADS = 2
SEED = 0
ROUNDS = {LAYER: 20, LANGUAGE_MODEL: 12, TRANSLATION: 12, LITERT: 20}
QUICK_ROUNDS = 2
LAYER_ROW = ROWS["c"]
LONG_ROW = dataclasses.replace(ROWS["c"], batch=16, steps=1024)
BY_LENGTH = (64, 256, 1024, 2048)
BESIDE = ("lstm", "gru")
ROUNDED = " bfloat16"
"""Behind the name of a cell whose large products are in that precision."""

BESIDE_GRU = ("keras graph", "keras jit", "pytorch", "floor graph", "floor jit")
VARIANTS = {
    "sru": {"": {}, " 2017": {"version": 2017}},
    "qrnn": {f" {pooling}-pooling": {"pooling": pooling} for pooling in ("f", "fo", "ifo")},
}
"""What is measured of a cell that there are several of: words behind its name, and the cell's arguments."""


def main(argv: Sequence[str] | None = None) -> list[SpeedRecord]:
    """Measures, prints each record when it is done and writes it."""
    parser = argparse.ArgumentParser(description="Time the cells without a matrix product in their loop beside GRU and LSTM.")
    parser.add_argument("--measure", type=some_of(MEASURES), default=list(MEASURES), help=f"of {', '.join(MEASURES)} (default: all)")
    parser.add_argument("--cells", type=some_of(without_product()), default=without_product(), help="of those cells (default: all)")
    parser.add_argument("--source", type=Path, help="of translation: a file of sentences, one a line (default: the phrasebook)")
    parser.add_argument("--target", type=Path, help="of translation: a file of their translations")
    parser.add_argument("--set", default="the phrasebook", help="what to call the sentences (default: %(default)s)")
    parser.add_argument("--rounds", type=int, help=f"turns of every contender (default: {ROUNDS}, quick {QUICK_ROUNDS})")
    parser.add_argument("--out", type=Path, help="folder of the records (default: benchmarks/results; with --quick none are written)")
    parser.add_argument("--quick", action="store_true", help="a trial of few rounds")
    options = parser.parse_args(argv)
    folder = options.out or (None if options.quick else RESULTS)
    records = []
    for name in options.measure:
        table, measure = MEASURES[name]
        rounds = options.rounds or (QUICK_ROUNDS if options.quick else ROUNDS[table])
        started = time.monotonic()
        what, measurements = measure(options, rounds)
        translated = table == TRANSLATION and options.source
        files = f" --source {options.source.name} --target {options.target.name} --set {options.set}" if translated else ""
        some = "" if options.cells == without_product() else f" --cells {','.join(options.cells)}"
        record = SpeedRecord(
            name=f"cell-speed-{name.replace('_', '-')}",
            table=table,
            what=what,
            command=f"python -m benchmarks.cell_speed --measure {name}{some}{files} --rounds {rounds}",
            seed=SEED,
            minutes=round((time.monotonic() - started) / 60, 2),
            measurements=measurements,
            **({"versions": versions_of(LITERT_PACKAGES)} if table == LITERT else {}),
        )
        print(measurement_table(record))
        print(ratio_rows(record))
        print(record.save(folder) if folder else "no record written (--quick)", flush=True)
        records.append(record)
    return records


def measure_layer(options: argparse.Namespace, rounds: int) -> tuple[str, dict[str, Case]]:
    """Measures the training step of a layer."""
    return _layer(LAYER_ROW, options.cells, rounds)


def measure_long(options: argparse.Namespace, rounds: int) -> tuple[str, dict[str, Case]]:
    """Measures the same on few long sequences, without the floors, as all contenders together fill the memory."""
    return _layer(LONG_ROW, options.cells, rounds, beside=("keras graph", "pytorch"))


def measure_bfloat16(options: argparse.Namespace, rounds: int) -> tuple[str, dict[str, Case]]:
    """Measures it with large products in bfloat16 beside those in float32, without the floors again."""
    return _layer(LAYER_ROW, options.cells, rounds, beside=("keras graph", "pytorch"), is_rounded=True)


def _layer(
    row: Row, cells: Sequence[str], rounds: int, beside: Sequence[str] = BESIDE_GRU, *, is_rounded: bool = False
) -> tuple[str, dict[str, Case]]:
    what = f"training step, all outputs, batch {row.batch}, {row.steps} steps, {row.features} → {row.units}"
    what += ", also in bfloat16" if is_rounded else ""
    contenders = {GRU: ("ours", row)}
    contenders |= {f"{GRU}, {name}": (name, row) for name in beside}
    for cell in cells:
        for words, options in VARIANTS.get(cell, {"": {}}).items():
            own = dataclasses.replace(row, kind=cell, options=tuple(options.items()))
            contenders[cell + words] = ("ours", own)
            if is_rounded:
                contenders[cell + words + ROUNDED] = (OURS_ROUNDED, own)
            if "floor jit" in beside:
                contenders[floor_of(cell + words)] = ("floor jit", own)
    print(f"{what}: {', '.join(contenders)}, {rounds} rounds", flush=True)
    with workers_of(Session, {name: (*contender, SEED, THREADS) for name, contender in contenders.items()}) as workers:
        compiling = {name: worker("first_call", "training") for name, worker in workers.items()}
        compared = [name for name in workers if name.startswith(GRU) and "floor" not in name]
        require_agreement({name: workers[name]("answers", True) for name in compared})
        times = take_turns(workers, [("training",)] * rounds)
    return what, {
        what: {
            name: rounded(
                {
                    MILLISECONDS: statistics.median(times[name]),
                    f"{MILLISECONDS}, least": min(times[name]),
                    "tracing and compiling s": compiling[name],
                }
            )
            for name in workers
        }
    }


def measure_language_model(options: argparse.Namespace, rounds: int) -> tuple[str, dict[str, Case]]:
    """Measures the training of a language model."""
    from benchmarks.language_models.equal_parameters import parameters_of, with_parameters

    gru = dataclasses.replace(CHARACTERS, cell="gru")
    parameters = parameters_of(gru)
    settings = {cell: with_parameters(dataclasses.replace(gru, cell=cell), parameters) for cell in (*BESIDE, *options.cells)}
    count = max(rounds * BATCHES, FIRST_LOSSES)
    batches = make_windows(random_text(gru.vocabulary_size, gru.rows * gru.window * count + 1, SEED), gru, count)
    case = train_in_turns(
        LanguageModelSession,
        {
            cell + words: (contender, setting, SEED, batches, THREADS)
            for cell, setting in settings.items()
            for words, contender in (("", "ours"), *([(ROUNDED, OURS_ROUNDED)] if cell in options.cells else []))
        },
        rounds=rounds,
        batches=len(batches) // rounds,
        speed=SPEED,
        compared=(),
    )
    what = f"language model on characters, 2 layers, {parameters:,} parameters, {gru.rows} windows of {gru.window}"
    return what, {what: {cell: values | {"units": settings[cell.removesuffix(ROUNDED)].units} for cell, values in case.items()}}


def measure_translation(options: argparse.Namespace, rounds: int) -> tuple[str, dict[str, Case]]:
    """Measures the training of a translator."""
    from toolkit.data.parallel_texts.parallel_corpus import read_parallel

    split = read_parallel("phrasebook" if options.source is None else f"{options.source},{options.target}").splits["train"]
    setting, batches = translation_speed.prepare(split, rounds * translation_speed.BATCHES)
    contenders = {LSTM: ("ours", setting), f"{LSTM}, pytorch": ("pytorch", setting)}
    for cell in (LSTM, GRU, *options.cells):
        own = dataclasses.replace(setting, cell=cell)
        contenders |= {cell: ("ours", own), cell + ROUNDED: (OURS_ROUNDED, own)}
    case = train_in_turns(
        TranslatorSession,
        {name: (*contender, SEED, batches["sorted"], THREADS) for name, contender in contenders.items()},
        rounds=rounds,
        batches=translation_speed.BATCHES,
        speed=SPEED,
        compared=[LSTM, f"{LSTM}, pytorch"],
    )
    what = f"translation of {options.set}, 2 + 2 layers of {setting.units} units, {setting.vocabulary_size:,} pieces"
    return what, {what: case}


def measure_litert(options: argparse.Namespace, rounds: int) -> tuple[str, dict[str, Case]]:
    """Measures one text on LiteRT."""
    measurements = {f"{length:,} tokens": {} for length in BY_LENGTH}
    with tempfile.TemporaryDirectory(prefix="benchmark-cells-") as folder:
        files = {cell: _litert_files(cell, Path(folder)) for cell in (*BESIDE, *options.cells)}
        for length, case in zip(BY_LENGTH, measurements.values(), strict=True):
            tokens = np.random.default_rng(SEED).integers(2, VOCABULARY, (1, length), np.int32)
            runs = {f"{cell}, {form}": runner(path, tokens) for cell, forms in files.items() for form, path in forms.items()}
            sizes = {f"{cell}, {form}": path.stat().st_size / MEGABYTE for cell, forms in files.items() for form, path in forms.items()}
            case |= in_turns(runs, sizes, rounds, max(1, CALLS * BY_LENGTH[0] // length))
    return f"bidirectional classifier of 2 x {UNITS} units, batch 1, one thread", measurements


def _litert_files(cell: str, folder: Path) -> dict[str, Path]:
    """Writes the exports of a classifier, with weights that are drawn, not trained, and returns them by form."""
    from toolkit.export.formats.litert import FILES, convert_to_litert
    from toolkit.export.saving import with_variables
    from toolkit.models import TextClassifier
    from toolkit.tasks.classification.functions import probability_function

    model = TextClassifier(VOCABULARY, LABELS, embedding_dim=EMBEDDING, units=UNITS, cell=cell)
    files = {form: folder / f"{cell}-{file}" for form, file in FILES.items() if form in ("float32", "int8")}
    convert_to_litert(with_variables(model), [({"serving_default": probability_function(model, "litert")}, files)])
    return files


MEASURES = {
    "layer": (LAYER, measure_layer),
    "bfloat16": (LAYER, measure_bfloat16),
    "long": (LAYER, measure_long),
    "language_model": (LANGUAGE_MODEL, measure_language_model),
    "translation": (TRANSLATION, measure_translation),
    "litert": (LITERT, measure_litert),
}

if __name__ == "__main__":
    main()
