"""Lines that a classifier labels per second by Spark and in one process, on this machine.

    python -m benchmarks.spark_prediction [--lines 200000] [--rounds 3] [--out FOLDER]

A master and one or two workers of one core each run here, each a Java process of its own, and label the sentences of the default
reviews, over and over, with the LiteRT file of `saved_models/sentiment`. What a single line takes is the start. docs/spark_speed.md shows
the record.
"""

import argparse
import dataclasses
import itertools
import os
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from benchmarks.records import RESULTS, ROOT, ComparisonRecord, versions_of
from benchmarks.spark_cluster import Cluster
from benchmarks.spark_page import LINES, MEMORY, RATE, START, TABLE

MODEL = ROOT / "saved_models/sentiment/1/litert"
EXECUTORS = (1, 2)
Command = Callable[[Path, Path], Sequence[str | Path]]
PACKAGES = ("recurrent-toolkit", "pyspark", "ai-edge-litert", "numpy")


def main(argv: Sequence[str] | None = None) -> ComparisonRecord:
    """Measures, prints and writes the record."""
    parser = argparse.ArgumentParser(description="Time `toolkit predict --engine spark`.")
    parser.add_argument("--lines", type=int, default=200_000, help="texts to label (default: %(default)s)")
    parser.add_argument("--rounds", type=int, default=3, help="of each way, alternating; the median counts (default: %(default)s)")
    parser.add_argument("--out", type=Path, default=RESULTS, help="folder of the record")
    options = parser.parse_args(argv)
    record = ComparisonRecord(
        name="spark-prediction",
        table=TABLE,
        what="labels of sentences by saved_models/sentiment, LiteRT",
        command=f"python -m benchmarks.spark_prediction --lines {options.lines} --rounds {options.rounds}",
        seed=0,
        minutes=0.0,
        settings={"lines": options.lines, "rounds": options.rounds},
        rows={},
        versions=versions_of(PACKAGES),
    )
    started = time.monotonic()
    with tempfile.TemporaryDirectory() as folder:
        one, many = Path(folder) / "one", Path(folder) / "many"
        many.write_text("".join(f"{text}\n" for text in itertools.islice(itertools.cycle(sentences()), options.lines)), "utf-8")
        one.write_text("a line\n")
        rows = measure(Path(folder), _command, {one: 1, many: options.lines}, options.rounds)
    record = dataclasses.replace(record, rows=rows, minutes=round((time.monotonic() - started) / 60, 1))
    print(*(f"{name}: {row}" for name, row in rows.items()), record.save(options.out), sep="\n")
    return record


def measure(folder: Path, command: Command, inputs: dict[Path, int], rounds: int) -> dict[str, dict[str, float]]:
    """Returns what each way takes.

    Args:
        folder: Is written into.
        command: From an input and an output to the words behind `toolkit`.
        inputs: A small and a large input, and how many lines they have.
        rounds: How often each way is timed.
    """
    found: dict[str, list[dict[str, float]]] = {}
    for turn in range(rounds):
        found.setdefault("one process", []).append(_timed(command, inputs, folder / f"{turn}-0"))
        for executors in EXECUTORS:
            here = folder / f"{turn}-{executors}"
            here.mkdir()
            with Cluster(here, executors) as cluster:
                row = _timed(command, inputs, here / "answers", ["--engine", "spark", "--master", cluster.url])
            found.setdefault(f"executors: {executors}", []).append(row)
    return {name: {key: statistics.median(row[key] for row in rows) for key in rows[0]} for name, rows in found.items()}


def sentences() -> list[str]:
    """Returns the short ones of the default reviews."""
    from toolkit.data.labeled_texts.corpus import read_corpus

    split = read_corpus(None).splits["train"]
    return [" ".join(text.split()) for text, source in zip(split.texts, split.sources, strict=True) if source != "imdb"]


def _command(texts: Path, output: Path) -> list[str | Path]:
    return ["predict", MODEL, "--input", texts, "--output", output, "--json"]


def _timed(command: Command, inputs: dict[Path, int], output: Path, words: Sequence[str] = ()) -> dict[str, float]:
    (one, few), (many, lines) = inputs.items()
    start, _ = _run([*command(one, Path(f"{output}-one")), *words], spread=bool(words))
    whole, memory = _run([*command(many, Path(f"{output}-many")), *words], spread=bool(words))
    return {LINES: lines, START: round(start, 1), RATE: round((lines - few) / (whole - start)), MEMORY: round(memory / 2**30, 2)}


def _run(words: Sequence[str | Path], spread: bool) -> tuple[float, int]:
    """Returns the seconds that a command takes, and the most bytes that one process of Python and one of Java hold to do the work."""
    command = [sys.executable, "-m", "toolkit", *map(str, words)]
    began = time.monotonic()
    with subprocess.Popen(command, stdout=subprocess.DEVNULL) as process, _Watch(process, spread) as most:
        if process.wait():
            raise RuntimeError(f"this has failed: {' '.join(command)}")
    return time.monotonic() - began, sum(most.values())


class _Watch(dict):
    """The most memory of the processes that answer, by their kind, while a command runs."""

    def __init__(self, process: subprocess.Popen, spread: bool):
        super().__init__()
        self._process, self._spread = process, spread
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._watch)

    def __enter__(self) -> "_Watch":
        self._thread.start()
        return self

    def __exit__(self, *raised) -> None:
        self._over.set()
        self._thread.join()

    def _watch(self) -> None:
        while not self._over.wait(0.2):
            for kind, memory in self._of_all():
                self[kind] = max(memory, self.get(kind, 0))

    def _of_all(self) -> Iterator[tuple[str, int]]:
        for folder in Path("/proc").glob("[0-9]*"):
            try:
                command = (folder / "cmdline").read_bytes()
                memory = int((folder / "statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")
            except (OSError, IndexError):
                continue  # it has ended meanwhile
            if self._spread and b"pyspark.daemon" in command:
                yield "Python", memory
            elif self._spread and b"CoarseGrainedExecutorBackend" in command:
                yield "Java", memory
            elif not self._spread and folder.name == str(self._process.pid):
                yield "Python", memory


if __name__ == "__main__":
    main()
