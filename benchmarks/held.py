"""Whether what is offered holds: runs the tests that export a covering set of settings, and those that damage exports, and counts.

    python -m benchmarks.held

The records are shown in docs/held.md.
"""

import argparse
import re
import shlex
import subprocess
import sys
import tempfile
import time
import xml.etree.ElementTree as ElementTree
from collections.abc import Sequence
from pathlib import Path

from benchmarks.records import RESULTS, ROOT, HeldRecord
from toolkit.cli.recipes import RECIPES

SETTINGS = "tests/system/test_settings_and_exports.py"
DAMAGE = "tests/export/test_damaged_exports.py"
SETS = {"what_changes_the_operators": "slow tests", "every_cell": "each cell", "what_is_offered": "all pairs"}
TESTS = [*(f"{SETTINGS}::{words} and {recipe}" for words in SETS for recipe in RECIPES), DAMAGE]
EXPORTED = re.compile(rf"test_({'|'.join(SETS)})_is_(?:trained_and_)?exported\[(\w+)-\w+\]")
TABLE = "what is offered holds"


def main(argv: Sequence[str] | None = None) -> list[HeldRecord]:
    """Runs the tests, prints the counts and writes a record of each part as soon as it is through."""
    parser = argparse.ArgumentParser(description="Count the configurations that are exported, and the changes of exports that are noticed.")
    parser.add_argument(
        "--tests", nargs="+", default=TESTS, metavar="FILE[::WORDS]", help="tests; of a file, those whose names have the words"
    )
    parser.add_argument("--results", type=Path, default=RESULTS, help="folder of the records")
    options = parser.parse_args(argv)
    records = []
    for tests in options.tests:
        started = time.monotonic()
        rows = counts(_report_of(tests))
        minutes = round((time.monotonic() - started) / 60, 1)
        command = f"python -m benchmarks.held --tests {shlex.quote(tests)}"
        records.append(HeldRecord(name=name_of(tests), table=TABLE, what=tests, command=command, seed=0, minutes=minutes, rows=rows))
        print(*(f"{row}: {counted['held']} of {counted['tried']}" for row, counted in rows.items()), sep="\n")
        print(records[-1].save(options.results))
    return records


def name_of(tests: str) -> str:
    """Returns the name of a record: that of the file's folder, and the words."""
    file, _, words = tests.partition("::")
    return "-".join(["held", Path(file).parent.name, *words.replace("_", " ").split()])


def _report_of(tests: str) -> str:
    """Runs tests in processes of their own, as each program that XLA compiles stays in memory; returns pytest's report."""
    file, _, words = tests.partition("::")
    with tempfile.TemporaryDirectory() as folder:
        report = Path(folder) / "report.xml"
        command = [sys.executable, "-m", "pytest", "-m", "slow or covering", f"--junitxml={report}", file, "-k", words]
        subprocess.run(command, cwd=ROOT, check=False)
        return report.read_text("utf-8")


def counts(report: str) -> dict[str, dict[str, int]]:
    """Returns what was tried and what held, by what it is.

    Args:
        report: pytest's, in JUnit's XML. A test of exported settings counts by its recipe; a test of random changes says its own counts.
    """
    rows: dict[str, dict[str, int]] = {}
    for case in ElementTree.fromstring(report).iter("testcase"):
        if match := EXPORTED.fullmatch(case.get("name", "")):
            row = rows.setdefault(f"configurations of {match[2]} that export everything, {SETS[match[1]]}", {"tried": 0, "held": 0})
            row["tried"] += 1
            row["held"] += case.find("failure") is None and case.find("error") is None
        said = {each.get("name"): int(each.get("value", 0)) for each in case.iter("property")}
        if "corruptions" in said:
            rows["random changes of exports that are noticed"] = {"tried": said["corruptions"], "held": said.get("noticed", 0)}
            rows["random changes that are without effect, provably"] = {"tried": said["corruptions"], "held": said.get("without effect", 0)}
    return rows


if __name__ == "__main__":
    main()
