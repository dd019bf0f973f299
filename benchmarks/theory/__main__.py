"""Runs experiments, each in a process of its own, whose memory and compiled code go with it; see `benchmarks.theory`.

python -m benchmarks.theory [NAME ...] [--results FOLDER] [--figures FOLDER]
"""

import argparse
from collections.abc import Sequence
from pathlib import Path

from benchmarks.own_process import in_own_process
from benchmarks.records import FIGURES, RESULTS, TheoryRecord
from benchmarks.theory import NAMES
from benchmarks.theory.measuring import measure_named


def main(argv: Sequence[str] | None = None) -> list[TheoryRecord]:
    """Runs the experiments that are asked for, and writes a record and a figure of each as soon as it is through."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.theory", description="Try what the textbooks say.")
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"of {', '.join(NAMES)} (default: all)")
    parser.add_argument("--results", type=Path, default=RESULTS, help="folder of the records")
    parser.add_argument("--figures", type=Path, default=FIGURES, help="folder of the figures")
    options = parser.parse_args(argv)
    if unknown := [name for name in options.names if name not in NAMES]:
        parser.error(f"expected names of {', '.join(NAMES)}, received {unknown[0]!r}")
    return [in_own_process(measure_named, name, options.results, options.figures) for name in options.names or NAMES]


if __name__ == "__main__":
    main()
