"""Training of one translator against the clock: ours, the same of stock Keras layers, in PyTorch if it is installed, and the floor.

    python -m benchmarks.translation_speed [--source FILE --target FILE --set NAME] [--rounds 12] [--out FOLDER] [--quick]

2 bidirectional encoder layers of 128 units in each direction, 2 decoder layers of 256, dot attention after the decoder, 160-wide
embeddings that are the output too, 6,000 joint BPE pieces, batches of 64, Adam, gradients clipped to a global norm of 1. Without files it
trains on the `phrasebook`, whose sentences are short and few words many times.

All start from the same weights, and before a clock runs their losses over the first steps are compared. Each runs in a process of its own
with the same number of threads. They take turns on the same batches, which are made beforehand: sorted by length, and for "unsorted" as a
shuffled data set gives them. `benchmarks/translators/` has the contenders; docs/translation_speed.md shows the record.

What needs TensorFlow is imported where it is used: every process imports this module, that of PyTorch too.
"""

import argparse
import time
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks.choices import some_of
from benchmarks.contenders import FLOOR, OURS_ROUNDED
from benchmarks.records import RESULTS, SpeedRecord
from benchmarks.speed import Case
from benchmarks.speed_page import measurement_table, number
from benchmarks.training_turns import train_in_turns
from benchmarks.translation_speed_page import SPEED, TRAINING, ratios
from benchmarks.translators import TRANSLATORS, Batch
from benchmarks.translators.session import TranslatorSession
from benchmarks.translators.setting import Setting, count_parameters, make_weights

if TYPE_CHECKING:
    from toolkit.data.parallel_texts.parallel_corpus import ParallelSplit

THREADS = 2
SEED = 0
ROUNDS = 12
QUICK_ROUNDS = 2
BATCHES = 6  # of a round
SENTENCES = 64
PIECES = 6000
MAX_LENGTH = 64


def main(argv: Sequence[str] | None = None) -> SpeedRecord:
    """Measures, prints and writes the record."""
    parser = argparse.ArgumentParser(description="Time the training of a translator against stock Keras and PyTorch.")
    parser.add_argument("--source", type=Path, help="a file of sentences, one a line, plain or .gz (default: the phrasebook)")
    parser.add_argument("--target", type=Path, help="a file of their translations")
    parser.add_argument("--set", default="phrasebook", help="what to call the data (default: %(default)s)")
    parser.add_argument(
        "--translators",
        type=some_of(TRANSLATORS, separator=";"),
        default=list(TRANSLATORS),
        help=f"of {'; '.join(TRANSLATORS)} (semicolons between)",
    )
    parser.add_argument(
        "--rounds", type=int, help=f"turns of every contender, of {BATCHES} batches (default: {ROUNDS}, quick {QUICK_ROUNDS})"
    )
    parser.add_argument("--out", type=Path, help="folder of the record (default: benchmarks/results; with --quick none is written)")
    parser.add_argument("--quick", action="store_true", help="a trial of few rounds")
    options = parser.parse_args(argv)
    if (options.source is None) != (options.target is None):
        parser.error("give --source and --target, or neither")
    rounds = options.rounds or (QUICK_ROUNDS if options.quick else ROUNDS)
    record = _measure(options, rounds)
    print(measurement_table(record))
    for case in record.measurements.values():
        for name, ratio in ratios(case).items():
            print(f"  {name}: {number(ratio)}")
    folder = options.out or (None if options.quick else RESULTS)
    print(record.save(folder) if folder else "no record written (--quick)")
    return record


def _measure(options: argparse.Namespace, rounds: int) -> SpeedRecord:
    from benchmarks.translators.batches import padding

    started = time.monotonic()
    split = _read(options.source, options.target)
    setting, batches = prepare(split, rounds * BATCHES)
    parameters = count_parameters(make_weights(setting))
    padded = "; ".join(f"{name} {100 * padding(made):.0f} % padding" for name, made in batches.items())
    what = f"{options.set}: {setting.vocabulary_size:,} pieces, {parameters:,} parameters ({padded})"
    print(f"{what}, {rounds} rounds", flush=True)
    case = measure(setting, batches, options.translators, rounds)
    return SpeedRecord(
        name=f"translation-speed-{options.set.lower()}",
        table=TRAINING,
        what=options.set,
        command=_command(options, rounds),
        seed=SEED,
        minutes=round((time.monotonic() - started) / 60, 2),
        measurements={what: case},
    )


def _command(options: argparse.Namespace, rounds: int) -> str:
    """Returns the command without the folders of this machine."""
    files = f" --source {options.source.name} --target {options.target.name}" if options.source else ""
    return f"python -m benchmarks.translation_speed{files} --set {options.set} --rounds {rounds}"


def _read(source: Path | None, target: Path | None) -> "ParallelSplit":
    from toolkit.data.parallel_texts.parallel_corpus import read_parallel

    return read_parallel("phrasebook" if source is None else f"{source},{target}").splits["train"]


def prepare(split: "ParallelSplit", count: int, sentences: int = SENTENCES, **sizes: int) -> tuple[Setting, dict[str, list[Batch]]]:
    """Trains the tokenizer and makes the batches.

    Args:
        split: Training pairs.
        count: Batches to make.
        sentences: Pairs of each.
        **sizes: Of `Setting`, other than the usual.

    Returns:
        The model, and the batches `"sorted"` and `"unsorted"`.
    """
    from benchmarks.translators.batches import sorted_batches, tokenize, unsorted_batches
    from toolkit.text.tokenizer import Tokenizer

    pieces = sizes.pop("vocabulary_size", PIECES)
    tokenizer = Tokenizer.train([*split.sources, *split.targets], pieces)
    pairs = tokenize(tokenizer, split.sources, split.targets, MAX_LENGTH)
    batches = {
        "sorted": sorted_batches(pairs, sentences, count, SEED),
        "unsorted": unsorted_batches(pairs, sentences, count, SEED),
    }
    return Setting(vocabulary_size=tokenizer.vocabulary_size, **sizes), batches


def measure(setting: Setting, batches: dict[str, list[Batch]], translators: Sequence[str], rounds: int) -> Case:
    """Lets the translators train in turns.

    Args:
        setting: The model.
        batches: `"sorted"` and `"unsorted"`.
        translators: Keys of `TRANSLATORS`.
        rounds: How often each has its turn; each time it goes on by as many batches.

    Returns:
        By translator, without those that cannot take part, the median and the least of its target tokens per second, and the seconds of
        tracing and compiling.

    Raises:
        ValueError: Translators do not have the same losses.
    """
    of = {name: batches["sorted" if TRANSLATORS[name][-1] else "unsorted"] for name in translators}
    return train_in_turns(
        TranslatorSession,
        {name: (name, setting, SEED, of[name], THREADS) for name in translators},
        rounds=rounds,
        batches=min(map(len, of.values())) // rounds,
        speed=SPEED,
        compared=[name for name in translators if TRANSLATORS[name][-1] and name not in (*FLOOR, OURS_ROUNDED)],
    )


if __name__ == "__main__":
    main()
