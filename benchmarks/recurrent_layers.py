"""The recurrent layers against the clock: ours, those of Keras, those of PyTorch if it is installed, and the floor.

    python -m benchmarks.recurrent_layers [--rows a,b] [--rounds 30] [--out FOLDER] [--quick]

| row | what |
|---|---|
| a | LSTM, batch 64, 64 steps, 128 → 256, the last output |
| b | two-layer masked BiLSTM, batch 32, lengths uniform in 20-200, 128 → 128 for each direction |
| c | GRU with all outputs, batch 64, 128 steps, 256 → 512 |
| d | LSTM decoder with Luong attention over 40 positions and input feeding, batch 64, 40 steps, 256 units |
| e | as a with batch 1, forward only |
| f | how the training step of a grows with the steps (64 to 1,024) and with the batch (16 to 256) |
| g | how long a fit over ten bucket lengths (20 to 200) traces and compiles; ours are asked to stay under 20 s |
| h | the first epoch of a plain `model.fit` over 40 lengths (5 to 200); asked for: at most twice as long as with Keras's layer |

`benchmarks/contenders/` has the contenders, `benchmarks/turns.py` how they take turns; docs/speed.md shows the records.
"""

import argparse
import dataclasses
import time
from collections.abc import Sequence
from pathlib import Path

from benchmarks.bucket_fit import fit_over_buckets
from benchmarks.choices import some_of
from benchmarks.contenders import CONTENDERS, OURS_ROUNDED, STOCK
from benchmarks.contenders.rows import ROWS, Row
from benchmarks.first_epoch import BATCH, LENGTHS, UNITS, first_epochs
from benchmarks.records import RESULTS, SpeedRecord
from benchmarks.speed import Case, holds, ratios
from benchmarks.speed_page import measurement_table, number
from benchmarks.turns import measure

THREADS = 2
SEED = 0
ROUNDS = 30
QUICK_ROUNDS = 2
GROWTH_STEPS = (64, 128, 256, 512, 1024)
GROWTH_BATCHES = (16, 32, 128, 256)
BUCKETS = tuple(range(20, 201, 20))
LETTERS = (*ROWS, "f", "g", "h")


def main(argv: Sequence[str] | None = None) -> list[SpeedRecord]:
    """Measures the rows, prints each when it is done and writes its record."""
    parser = argparse.ArgumentParser(description="Time the recurrent layers against Keras's, PyTorch's and their matrix products alone.")
    parser.add_argument(
        "--rows",
        type=some_of(LETTERS, "letters"),
        default=list(LETTERS),
        help=f"letters with commas between (default: {','.join(LETTERS)})",
    )
    parser.add_argument("--rounds", type=int, help=f"turns of every contender in every row (default: {ROUNDS}, quick {QUICK_ROUNDS})")
    parser.add_argument("--out", type=Path, help="folder of the records (default: benchmarks/results; with --quick none are written)")
    parser.add_argument("--quick", action="store_true", help="a trial: few rounds, and few points of f and g")
    options = parser.parse_args(argv)
    rounds = options.rounds or (QUICK_ROUNDS if options.quick else ROUNDS)
    folder = options.out or (None if options.quick else RESULTS)
    records = []
    for letter in options.rows:
        record = _measure(letter, rounds, options.quick)
        print(measurement_table(record))
        for case in record.measurements.values():
            _print_ratios(ratios(case))
        print(record.save(folder) if folder else "no record written (--quick)", flush=True)
        records.append(record)
    return records


def _measure(letter: str, rounds: int, quick: bool) -> SpeedRecord:
    started = time.monotonic()
    if letter == "f":
        what, measurements = "(f) cost of a training step against steps and batch, LSTM 128 → 256", _growth(rounds, quick)
    elif letter == "g":
        what, measurements = "(g) tracing and compiling in a fit over bucket lengths", _buckets(quick)
    elif letter == "h":
        what, measurements = "(h) the first epoch of a plain fit over many lengths", _first_epoch(rounds, quick)
    else:
        what = ROWS[letter].what
        left_out = [OURS_ROUNDED, *(["ours jit"] if ROWS[letter].training else [])]
        contenders = [name for name in CONTENDERS if name not in left_out]
        measurements = {what: measure_row(ROWS[letter], contenders, rounds)}
    return SpeedRecord(
        name=f"recurrent-layers-{letter}",
        table="recurrent layers",
        what=what,
        command=f"python -m benchmarks.recurrent_layers --rows {letter} --rounds {rounds}" + (" --quick" if quick else ""),
        seed=SEED,
        minutes=round((time.monotonic() - started) / 60, 2),
        measurements=measurements,
    )


def measure_row(row: Row, contenders: Sequence[str], rounds: int, steps: Sequence[str] | None = None) -> Case:
    """Measures training and forward pass of a row, or what `steps` names."""
    print(f"{row.what}: {', '.join(contenders)}, {rounds} rounds", flush=True)
    steps = steps or (("training", "forward") if row.training else ("forward",))
    return measure(row, contenders, rounds=rounds, seed=SEED, threads=THREADS, steps=steps)


def _growth(rounds: int, quick: bool) -> dict[str, Case]:
    base = dataclasses.replace(ROWS["a"], name="f")
    rows = [dataclasses.replace(base, steps=steps) for steps in (GROWTH_STEPS[:2] if quick else GROWTH_STEPS)]
    rows += [] if quick else [dataclasses.replace(base, batch=batch) for batch in GROWTH_BATCHES]
    contenders = [name for name in CONTENDERS if name == "ours" or name in STOCK]
    cases = {}
    for row in rows:
        case = measure_row(row, contenders, max(QUICK_ROUNDS, rounds // 3), ["training"])
        for values in case.values():
            per_step = values["training ms"] / row.steps
            values |= {"ms per step": float(f"{per_step:.4g}"), "µs per step and sequence": float(f"{1e3 * per_step / row.batch:.4g}")}
        cases[row.what] = case
    return cases


def _buckets(quick: bool) -> dict[str, Case]:
    lengths = BUCKETS[:2] if quick else BUCKETS
    what = f"(g) masked BiLSTM classifier, batch 32, {len(lengths)} lengths of {lengths[0]} to {lengths[-1]}, 128 → 128"
    print(what, flush=True)
    case = {name: fit_over_buckets(name, lengths, batch=32, seed=SEED, threads=THREADS) for name in ("ours", "keras fit")}
    return {what: case}


def _first_epoch(rounds: int, quick: bool) -> dict[str, Case]:
    lengths, rounds = (LENGTHS[:2], 1) if quick else (LENGTHS, max(QUICK_ROUNDS, rounds // 6))
    what = f"(h) masked LSTM classifier, batch {BATCH}, {len(lengths)} lengths of {lengths[0]} to {lengths[-1]}, {UNITS} → {UNITS}"
    print(what, flush=True)
    return {what: first_epochs(lengths, rounds, SEED, THREADS)}


def _print_ratios(found: dict[str, float]) -> None:
    for name, ratio in found.items():
        print(f"  {name}: {number(ratio)}")
    if (verdict := holds(found)) is not None:
        print(f"  training is {'' if verdict else 'NOT '}as fast as asked")


if __name__ == "__main__":
    main()
