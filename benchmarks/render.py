"""Makes docs/results.md, the pages of speed, depth, pairs and exports, and the table in README.md from the records; no number is typed.

docs/cells_by_name.md is made from the registry of cells, docs/reference.md from the public names.

python -m benchmarks.render           # writes them
python -m benchmarks.render --check   # says, by its exit code, whether they are current
"""

import argparse
import re
import sys
from collections.abc import Sequence
from itertools import groupby
from pathlib import Path

from benchmarks.cell_speed_page import QUALITY, cell_speed_page
from benchmarks.cell_speed_page import TABLES as CELL_SPEED
from benchmarks.cells_page import cells_page
from benchmarks.contrast_pairs_page import contrast_pairs_page
from benchmarks.curves import curves
from benchmarks.drawing_table import drawing_table
from benchmarks.exports_page import TABLES as EXPORTS
from benchmarks.exports_page import exports_page
from benchmarks.headlines import headlines, percent
from benchmarks.held_page import held_page
from benchmarks.language_model_speed_page import TABLES as LANGUAGE_MODEL
from benchmarks.language_model_speed_page import language_model_speed_page
from benchmarks.language_model_table import language_model_table
from benchmarks.markdown import COSTS, measured, scored_rows, table_of
from benchmarks.own_data import FILMS
from benchmarks.own_data import TABLE as OWN_DATA
from benchmarks.own_data_page import own_data_page
from benchmarks.records import (
    RESULTS,
    ROOT,
    ComparisonRecord,
    DrawingRecord,
    HeldRecord,
    LanguageModelRecord,
    Measured,
    PairRecord,
    Record,
    SpeedRecord,
    TheoryRecord,
    TranslationRecord,
    load_records,
)
from benchmarks.reference_page import reference_page
from benchmarks.serving_page import TABLES as SERVING
from benchmarks.serving_page import serving_page
from benchmarks.spark_page import PREPARATION, spark_page
from benchmarks.spark_page import TABLE as SPARK
from benchmarks.speed_page import speed_page
from benchmarks.textbooks_page import textbooks_page
from benchmarks.translation_depth import TABLE as DEPTH
from benchmarks.translation_depth_page import translation_depth_page
from benchmarks.translation_speed_page import TABLES as TRANSLATION
from benchmarks.translation_speed_page import translation_speed_page
from benchmarks.translation_table import translation_table

BEGIN = "<!-- results: written by `python -m benchmarks.render` -->"
END = "<!-- end of results -->"
ELSEWHERE = {*CELL_SPEED, *TRANSLATION, *LANGUAGE_MODEL, *SERVING, *EXPORTS}  # tables of speed with a page of their own
INTRODUCTION = """\
# Results

`python -m benchmarks.render` makes this page from the records in `benchmarks/results/`. Accuracies are in per cent, on test splits that no
choice was made on; minutes are of wall time, GiB the most memory held. *Italics* are results of others, mostly published, measured
on their own set-up. BLEU, chrF and TER are sacreBLEU's, and of TER less is better; BLEU can be compared where its signature is the same.
Of nats, perplexity and bits less is better; those of a token can be compared where the tokens are the same, bits anywhere on one text.
Where a model learns as it reads, the minutes are those of the measuring.
"""


def main(argv: Sequence[str] | None = None) -> int:
    """Writes the pages, or checks them.

    Returns:
        0, or 1 if `--check` found a page that is not current.
    """
    parser = argparse.ArgumentParser(description="Make the tables of results from the stored records.")
    parser.add_argument("--check", action="store_true", help="write nothing; fail if a page is not what the records give")
    parser.add_argument("--results", type=Path, default=RESULTS, help="folder of the records")
    parser.add_argument("--root", type=Path, default=ROOT, help="folder of README.md and docs/")
    options = parser.parse_args(argv)
    pages = render(load_records(options.results), options.root)
    stale = [path for path, text in pages.items() if not path.exists() or path.read_text("utf-8") != text]
    for path in stale:
        if options.check:
            print(f"{path}: not what the records give; run: python -m benchmarks.render", file=sys.stderr)
        else:
            path.write_text(text := pages[path], "utf-8")
            print(f"{path}: {len(text.splitlines())} lines")
    return int(options.check and bool(stale))


def render(records: Sequence[Measured], root: Path) -> dict[Path, str]:
    """Returns the text of each page by its path."""
    kinds = {Record: table, TranslationRecord: translation_table, LanguageModelRecord: language_model_table, DrawingRecord: drawing_table}
    results = [(name, group, whole) for kind, whole in kinds.items() for name, group in _by_table(records, kind).items()]
    details = "".join(f"\n## {name}\n\n{whole(group)}\n{''.join(map(measured, group))}" for name, group, whole in results)
    speeds = [record for record in records if isinstance(record, SpeedRecord)]
    compared = [record for record in records if isinstance(record, ComparisonRecord)]
    readme, docs = root / "README.md", root / "docs"
    return {
        docs / "results.md": INTRODUCTION + details,
        docs / "speed.md": speed_page([record for record in speeds if record.table not in ELSEWHERE]),
        docs / "translation_speed.md": translation_speed_page([record for record in speeds if record.table in TRANSLATION]),
        docs / "language_model_speed.md": language_model_speed_page([record for record in speeds if record.table in LANGUAGE_MODEL]),
        docs / "cell_speed.md": cell_speed_page(
            [record for record in speeds if record.table in CELL_SPEED], [record for record in compared if record.table == QUALITY]
        ),
        docs / "serving_speed.md": serving_page([record for record in speeds if record.table in SERVING]),
        docs / "exports.md": exports_page(records),
        docs / "contrast_pairs.md": contrast_pairs_page([record for record in records if isinstance(record, PairRecord)]),
        docs / "cells_by_name.md": cells_page(),
        docs / "reference.md": reference_page(),
        docs / "held.md": held_page([record for record in records if isinstance(record, HeldRecord)]),
        docs / "textbooks.md": textbooks_page([record for record in records if isinstance(record, TheoryRecord)]),
        docs / "spark_speed.md": spark_page([record for record in compared if record.table in (SPARK, PREPARATION)]),
        docs / "translation_depth.md": translation_depth_page([record for record in compared if record.table == DEPTH]),
        docs / "own_data.md": own_data_page([record for record in compared if record.table in (OWN_DATA, FILMS)]),
        readme: between_markers(readme.read_text("utf-8"), headlines(records)),
    }


def _by_table(records: Sequence[Measured], kind: type[Measured]) -> dict[str, list[Measured]]:
    """Returns the records of a kind by their table, the tables in alphabetical order."""
    of_kind = sorted((record for record in records if isinstance(record, kind)), key=lambda record: record.table)
    return {name: list(group) for name, group in groupby(of_kind, lambda record: record.table)}


def table(records: Sequence[Record]) -> str:
    """Returns a Markdown table, the most accurate first, with the published results that the records name."""
    metrics = list(records[0].metrics)
    rows = sorted(scored_rows(records, "metrics"), key=lambda row: -row[1].get(metrics[0], 0))
    cells = ([what, *(percent(values.get(name)) for name in metrics), *costs] for what, values, costs in rows)
    return table_of(["model", *metrics, *COSTS], cells) + curves(records, "Accuracy on the validation split", ".1%")


def between_markers(text: str, content: str) -> str:
    """Replaces what stands between the markers.

    Raises:
        ValueError: A marker is missing.
    """
    if text.count(BEGIN) != 1 or text.count(END) != 1:
        raise ValueError(f"README.md: expected one line {BEGIN!r} and one {END!r}, found another number of them")
    return re.sub(f"(?s)(?<={re.escape(BEGIN)}).*(?={re.escape(END)})", lambda _: f"\n{content}\n", text)


if __name__ == "__main__":
    sys.exit(main())
