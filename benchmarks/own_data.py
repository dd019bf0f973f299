"""A stranger's data: the sentiment recipe, with no option but the file, on labeled sets of all kinds, beside the baseline.

    python -m benchmarks.own_data FOLDER

FOLDER holds tables, `NAME.csv.gz`, or `NAME.train.csv.gz` and other splits. A record is written for each; docs/own_data.md shows them.
"""

import argparse
import csv
import tempfile
import time
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

from benchmarks.records import PACKAGES, RESULTS, ComparisonRecord, versions_of
from toolkit.cli.recipes import find_recipe, make_run
from toolkit.data.labeled_texts.corpus import Split
from toolkit.data.splits.splitting import SPLITS
from toolkit.run_folder import RunFolder
from toolkit.tasks.classification.baseline import Baseline

TABLE, FILMS = "own data", "films"
SUFFIX = ".csv.gz"
SEEDS = (0, 1, 2)


def main(argv: Sequence[str] | None = None) -> list[ComparisonRecord]:
    """Trains on each set with each seed, prints what came of it and writes a record for each set."""
    parser = argparse.ArgumentParser(description="The sentiment recipe on labeled sets, with no option but the data.")
    parser.add_argument("folder", type=Path, metavar="FOLDER", help=f"folder of NAME{SUFFIX}, or NAME.train{SUFFIX} and other splits")
    parser.add_argument("--sets", nargs="+", metavar="NAME", help="which sets (default: all)")
    parser.add_argument("--seeds", nargs="+", type=int, default=SEEDS, help="seeds (default: 0 1 2)")
    parser.add_argument("--results", type=Path, default=RESULTS, help="folder of the records")
    options = parser.parse_args(argv)
    sets = sets_in(options.folder)
    return [
        measure(
            name,
            {f"seed {seed}": (sets[name], seed) for seed in options.seeds},
            f"python -m benchmarks.own_data FOLDER --sets {name} --seeds {' '.join(map(str, options.seeds))}",
            options.results,
        )
        for name in options.sets or sets
    ]


def measure(
    name: str, runs: Mapping[str, tuple[str, int]], command: str, results: Path, note: str = "", table: str = TABLE
) -> ComparisonRecord:
    """Trains each run, prints the means and writes the record.

    Args:
        name: Name of the set.
        runs: By name, the value of `--data` and the seed of each run.
        command: What was run.
        results: Folder of the record.
        note: What else is to be said of the set.
        table: The table that the record stands in.
    """
    started = time.monotonic()
    rows = {run: train(data, seed) for run, (data, seed) in runs.items()}
    record = ComparisonRecord(
        name=f"own-data-{name.lower()}",
        table=table,
        what=name,
        command=command,
        seed=next(iter(runs.values()))[1],
        minutes=round((time.monotonic() - started) / 60, 1),
        settings={"preset": "quick"} | ({"note": note} if note else {}),
        rows=rows,
        versions=versions_of(PACKAGES),
    )
    means = {score: np.mean([row[score] for row in rows.values()]) for score in next(iter(rows.values()))}
    print(name, *(f"{score} {mean:.4g}" for score, mean in means.items()), record.save(results), sep="; ", flush=True)
    return record


def write_splits(splits: Mapping[str, Split], folder: Path) -> str:
    """Writes splits as CSV files with a header and returns the value of `--data`."""
    folder.mkdir(parents=True)
    for name, split in splits.items():
        with (folder / f"{name}.csv").open("w", encoding="utf-8", newline="") as file:
            csv.writer(file).writerows([("text", "label"), *zip(split.texts, split.labels, strict=True)])
    return ",".join(f"{name}={folder / name}.csv" for name in splits)


def sets_in(folder: Path) -> dict[str, str]:
    """Returns by name the value of `--data` of each set in a folder."""
    found: dict[str, dict[str, Path]] = {}
    for path in sorted(folder.glob(f"*{SUFFIX}")):
        name, _, split = path.name.removesuffix(SUFFIX).partition(".")
        found.setdefault(name, {})[split] = path
    return {
        name: str(parts[""]) if "" in parts else ",".join(f"{split}={parts[split]}" for split in SPLITS if split in parts)
        for name, parts in found.items()
    }


def train(data: str, seed: int) -> dict[str, float]:
    """Trains the recipe in a temporary folder, and returns what was measured on the test split; shares from 0 to 1."""
    recipe = find_recipe("sentiment")
    with tempfile.TemporaryDirectory() as folder:
        run = RunFolder(Path(folder) / "run")
        result = make_run(recipe, replace(recipe.presets["quick"], data=data, seed=seed), run).train()
        metrics, report = run.read_metrics(), run.read_json(run.data_report)
    return {
        "training texts": report["splits"]["train"]["kept"],
        "test texts": result.examples,
        "labels": len(result.label_names),
        **{name: row["accuracy"] for name, row in Baseline.from_dict(metrics["baseline"]).rows.items()},
        **{f"{name} alone": part["accuracy"] for name, part in result.parts.items()},
        "accuracy": result.accuracy,
        "calibration error": result.calibration_error,
        "minutes": metrics["minutes"],
    }


if __name__ == "__main__":
    main()
