"""Texts that `toolkit prepare` cleans, splits and tokenizes per second by Spark and in one process, on this machine.

    python -m benchmarks.spark_preparation [--lines 200000] [--rounds 3] [--out FOLDER]

As `benchmarks.spark_prediction`: different texts, made from the sentences of the default reviews, in tables of JSON lines.
docs/spark_speed.md shows the record.
"""

import argparse
import itertools
import json
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from benchmarks.records import RESULTS, ComparisonRecord, versions_of
from benchmarks.spark_page import PREPARATION
from benchmarks.spark_prediction import measure, sentences

FEW, FILES = 200, 24  # texts of the small input, files of the large one
PIECES = 4000
PACKAGES = ("recurrent-toolkit", "pyspark", "sentencepiece", "array-record", "numpy")


def main(argv: Sequence[str] | None = None) -> ComparisonRecord:
    """Measures, prints and writes the record."""
    parser = argparse.ArgumentParser(description="Time `toolkit prepare --engine spark`.")
    parser.add_argument("--lines", type=int, default=200_000, help="texts to prepare (default: %(default)s)")
    parser.add_argument("--rounds", type=int, default=3, help="of each way, alternating; the median counts (default: %(default)s)")
    parser.add_argument("--out", type=Path, default=RESULTS, help="folder of the record")
    options = parser.parse_args(argv)
    started = time.monotonic()
    with tempfile.TemporaryDirectory() as folder:
        one, many = Path(folder) / "one", Path(folder) / "many"
        write(one, FEW, 1)
        write(many, options.lines, FILES)
        rows = measure(Path(folder), command, {one: FEW, many: options.lines}, options.rounds)
    record = ComparisonRecord(
        name="spark-preparation",
        table=PREPARATION,
        what=f"labeled sentences to {PIECES:,} pieces, in {FILES} files",
        command=f"python -m benchmarks.spark_preparation --lines {options.lines} --rounds {options.rounds}",
        seed=0,
        minutes=round((time.monotonic() - started) / 60, 1),
        settings={"lines": options.lines, "rounds": options.rounds, "files": FILES, "pieces": PIECES},
        rows=rows,
        versions=versions_of(PACKAGES),
    )
    print(*(f"{name}: {row}" for name, row in rows.items()), record.save(options.out), sep="\n")
    return record


def command(data: Path, output: Path) -> list[str | Path]:
    """Returns the command, but for the engine."""
    return ["prepare", "sentiment", "--data", data, "--output-dir", output, "--vocabulary-size", str(PIECES)]


def write(folder: Path, lines: int, files: int) -> None:
    """Writes tables of so many different texts.

    Args:
        folder: Is made.
        lines: How many texts there are.
        files: In so many files.
    """
    folder.mkdir()
    texts = [f"{text} {number}" for number, text in enumerate(itertools.islice(itertools.cycle(sentences()), lines))]
    for file in range(files):
        rows = ({"text": text, "label": ("bad", "good")[len(text) % 2]} for text in texts[file::files])
        (folder / f"{file:02d}.jsonl").write_text("".join(f"{json.dumps(row)}\n" for row in rows), "utf-8")


if __name__ == "__main__":
    main()
