"""How many sentences a trained translator gives per second, from text to text.

    python -m benchmarks.translation_decoding RUN [--file FILE] [--set NAME] [--sentences 1000] [--rounds 5] [--out FOLDER]

RUN is a finished run of the translation recipe. The searches take turns on the same sentences, in batches of 64; before the clock runs
each has gone over all of them once, which traces and compiles. docs/translation_speed.md shows the record.
"""

import argparse
import itertools
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from benchmarks.rates import per_second
from benchmarks.records import RESULTS, SpeedRecord
from benchmarks.speed import Case
from benchmarks.speed_page import measurement_table
from benchmarks.translation_speed import THREADS
from benchmarks.translation_speed_page import DECODING

SENTENCES = 1000
ROUNDS = 5


def main(argv: Sequence[str] | None = None) -> SpeedRecord:
    """Measures, prints and writes the record."""
    parser = argparse.ArgumentParser(description="Time the decoding of a trained translator.")
    parser.add_argument("run", metavar="RUN", help="folder of a finished training run")
    parser.add_argument("--file", type=Path, help="sentences, one a line, plain or .gz (default: those that the run has kept)")
    parser.add_argument("--set", default="phrasebook", help="what to call the data (default: %(default)s)")
    parser.add_argument("--sentences", type=int, default=SENTENCES, help="at most so many (default: %(default)s)")
    parser.add_argument("--rounds", type=int, default=ROUNDS, help="turns of each search (default: %(default)s)")
    parser.add_argument("--out", type=Path, default=RESULTS, help="folder of the record")
    options = parser.parse_args(argv)
    started = time.monotonic()
    case, parameters, sentences = _measure(options)
    file = f" --file {options.file.name}" if options.file else ""
    record = SpeedRecord(
        name=f"translation-decoding-{options.set.lower()}",
        table=DECODING,
        what=f"{options.set}: {sentences:,} sentences, {parameters:,} parameters",
        command=f"python -m benchmarks.translation_decoding RUN{file} --set {options.set} --rounds {options.rounds}",
        seed=0,
        minutes=round((time.monotonic() - started) / 60, 2),
        measurements={options.set: case},
    )
    print(measurement_table(record))
    print(record.save(options.out))
    return record


def _measure(options: argparse.Namespace) -> tuple[Case, int, int]:
    """Returns the case, the model's parameters and the number of sentences."""
    import tensorflow as tf

    from toolkit.cli.recipes import open_run
    from toolkit.data.reading.lines import read_lines
    from toolkit.decoding.search import Search

    tf.config.threading.set_intra_op_parallelism_threads(THREADS)
    task = open_run(options.run)
    lines = read_lines(options.file) if options.file else task.run.read_json(task.run.samples)
    texts = [line.strip() for line in itertools.islice(lines, options.sentences)]
    searches = {"beam 5": Search(beam_width=5), "greedy": Search(method="greedy")}
    translators = {name: task.predictor(search) for name, search in searches.items()}
    case = sentences_per_second({name: translator.translate for name, translator in translators.items()}, texts, options.rounds)
    return case, task.run.read_metrics()["parameters"], len(texts)


def sentences_per_second(translators: dict[str, Callable], texts: Sequence[str], rounds: int) -> Case:
    """Lets the translators take turns.

    Args:
        translators: By name, what takes texts and returns their translations.
        texts: Sentences.
        rounds: Turns of each.

    Returns:
        By name, what `per_second` gives.
    """
    runs = {name: lambda turn, translate=translate: len(translate(texts)) for name, translate in translators.items()}
    return per_second(runs, rounds, "sentences")


if __name__ == "__main__":
    main()
