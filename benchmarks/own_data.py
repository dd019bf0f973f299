"""A stranger's data: the sentiment recipe, with no option but the file, on labeled sets of all kinds, beside the baseline.

    python -m benchmarks.own_data FOLDER

FOLDER holds tables, `NAME.csv.gz`, or `NAME.train.csv.gz` and other splits. A record is written for each; docs/own_data.md shows them.
"""

import argparse
import tempfile
import time
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

from benchmarks.records import PACKAGES, RESULTS, ComparisonRecord, versions_of
from toolkit.cli.recipes import find_recipe, make_run
from toolkit.data.splits.splitting import SPLITS
from toolkit.run_folder import RunFolder
from toolkit.tasks.classification.baseline import Baseline

TABLE = "own data"
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
    records = []
    for name in options.sets or sets:
        started = time.monotonic()
        rows = {f"seed {seed}": train(sets[name], seed) for seed in options.seeds}
        records.append(
            ComparisonRecord(
                name=f"own-data-{name}",
                table=TABLE,
                what=name,
                command=f"python -m benchmarks.own_data FOLDER --sets {name} --seeds {' '.join(map(str, options.seeds))}",
                seed=options.seeds[0],
                minutes=round((time.monotonic() - started) / 60, 1),
                settings={"preset": "quick"},
                rows=rows,
                versions=versions_of(PACKAGES),
            )
        )
        means = {measure: np.mean([row[measure] for row in rows.values()]) for measure in next(iter(rows.values()))}
        print(name, *(f"{measure} {mean:.4g}" for measure, mean in means.items()), records[-1].save(options.results), sep="; ", flush=True)
    return records


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
