"""What cells reach in the same minutes with as many parameters: language models on characters, or classifiers, trained by the recipe.

    python -m benchmarks.cell_quality --data FILE --set NAME [--cells gru,sru] [--seeds 0,1,2] [--minutes 5] [--out FOLDER]
    python -m benchmarks.cell_quality --what reviews --set "the default reviews"

After each run the record is written; those that it holds are not run again. docs/cell_speed.md shows it.
"""

import argparse
import dataclasses
import os
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from benchmarks.cell_speed_page import ACCURACY, NATS, QUALITY
from benchmarks.choices import some_of
from benchmarks.finished_run import without_folders
from benchmarks.own_process import in_own_process
from benchmarks.records import RESULTS, ComparisonRecord, begun_record
from toolkit.cells import without_product

CELLS = ["gru", "lstm", *without_product()]
UNITS = {"characters": 256, "reviews": 128}
"""Of the GRU; the others have units for as many parameters."""

SHARED = {
    "characters": {
        **{"tokenizer": "char", "embedding_dim": 128, "num_layers": 2, "tied_output": False, "batch_size": 32, "window": 64},
        **{"dropout": 0.1, "output_dropout": 0.1, "weight_drop": 0.0, "epochs": 400},  # the minutes end it
    },
    "reviews": {"embedding_dim": 128, "num_layers": 1, "ngrams": 0, "baseline": False, "patience": None, "epochs": 40},
}
RECIPES = {"characters": "language_model", "reviews": "sentiment"}
NAMES = {"characters": "cell-quality", "reviews": "cell-quality-reviews"}

Row = dict[str, float]


def main(argv: Sequence[str] | None = None) -> ComparisonRecord:
    """Trains what the record does not hold yet."""
    parser = argparse.ArgumentParser(description="Compare cells at equal minutes and parameters.")
    parser.add_argument("--what", choices=[*RECIPES], default="characters", help="what they read (default: %(default)s)")
    parser.add_argument("--data", help="as of `toolkit train` of the recipe (default: the data that come along)")
    parser.add_argument("--set", required=True, help="what to call it")
    parser.add_argument("--cells", type=some_of(CELLS), default=CELLS, help=f"of {', '.join(CELLS)} (default: all)")
    parser.add_argument("--seeds", type=some_of([str(seed) for seed in range(10)]), default=["0", "1", "2"], help="default: 0,1,2")
    parser.add_argument("--minutes", type=float, default=5, help="of each run, all in all (default: %(default)s)")
    parser.add_argument("--out", type=Path, default=RESULTS, help="folder of the record")
    options = parser.parse_args(argv)
    settings = SHARED[options.what] | {"data": options.set, "minutes": options.minutes}
    record = _begun(options, settings)
    for seed in options.seeds:
        for cell in options.cells:
            name = f"{cell}, seed {seed}"
            if name not in record.rows:
                row = in_own_process(_train, options.what, settings | {"data": options.data, "cell": cell, "seed": int(seed)})
                print(name, row, flush=True)
                rows = record.rows | {name: row}
                record = dataclasses.replace(record, rows=rows, minutes=round(sum(row["minutes"] for row in rows.values()), 1))
                record.save(options.out)
    return record


def _begun(options: argparse.Namespace, settings: dict[str, Any]) -> ComparisonRecord:
    """Returns the record to go on with.

    Raises:
        ValueError: There is one of other settings.
    """
    begun = begun_record(options.out, NAMES[options.what], settings)
    words = ["--what", options.what, *(["--data", without_folders(options.data)] if options.data else []), "--set", f"'{options.set}'"]
    return ComparisonRecord(
        name=NAMES[options.what],
        table=QUALITY,
        what=f"{options.set}, {options.what}, {options.minutes:g} minutes, cores: {len(os.sched_getaffinity(0))}",
        command=f"python -m benchmarks.cell_quality {' '.join(words)} --minutes {options.minutes:g}",
        seed=0,
        minutes=begun.minutes if begun else 0.0,
        settings=settings,
        rows=begun.rows if begun else {},
    )


def _train(what: str, changes: dict[str, Any]) -> Row:
    from toolkit.cli.recipes import find_recipe, make_run
    from toolkit.run_folder import RunFolder

    recipe = find_recipe(RECIPES[what])
    settings = dataclasses.replace(recipe.presets["quick"], **changes, units=_units(what, changes))
    with tempfile.TemporaryDirectory() as folder:
        run = RunFolder(Path(folder) / "run")
        make_run(recipe, settings, run).train()
        metrics = run.read_metrics()
    characters = what == "characters"
    return {
        **({NATS: metrics["test"]["nats_per_token"]} if characters else {ACCURACY: 100 * metrics["test"]["accuracy"]}),
        "epochs": len(metrics["history"]),
        "units": settings.units,
        "parameters": metrics["parameters"],
        "minutes": metrics["minutes"],
    }


def _units(what: str, changes: dict[str, Any]) -> int:
    """Returns the units with which a cell has as many parameters as the GRU."""
    from benchmarks.language_models.equal_parameters import nearest_units

    if changes["cell"] == "gru":
        return UNITS[what]
    wanted = _parameters(what, changes | {"cell": "gru"}, UNITS[what])
    return nearest_units(lambda units: _parameters(what, changes, units), wanted)


def _parameters(what: str, changes: dict[str, Any], units: int) -> int:
    """Returns the parameters of a model of a small vocabulary, which is the same for all cells."""
    from benchmarks.language_model_speed import CHARACTERS
    from benchmarks.language_models.equal_parameters import parameters_of
    from toolkit.models import TextClassifier

    if what == "characters":
        return parameters_of(dataclasses.replace(CHARACTERS, embedding_dim=changes["embedding_dim"], cell=changes["cell"], units=units))
    shape = {name: changes[name] for name in ("embedding_dim", "num_layers", "cell", "ngrams")}
    return TextClassifier(vocabulary_size=100, label_names=["a", "b"], units=units, **shape).count_params()


if __name__ == "__main__":
    main()
