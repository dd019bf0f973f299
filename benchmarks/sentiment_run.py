"""Makes a record of a finished run of the sentiment recipe.

python -m benchmarks.sentiment_run RUN [--name NAME] [--what WORDS]
"""

import argparse
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from benchmarks.records import RESULTS, Record
from toolkit.cli.recipes import find_recipe
from toolkit.recipe import Recipe
from toolkit.run_folder import RunFolder


def main(argv: Sequence[str] | None = None) -> Record:
    """Reads the run folder and writes the record, named for the folder."""
    parser = argparse.ArgumentParser(description="Make a record of a finished run of the sentiment recipe.")
    parser.add_argument("run", metavar="RUN", help="folder of a finished training run")
    parser.add_argument("--name", help="name of the record (default: that of the folder)")
    parser.add_argument("--what", help="the model in a few words (default: the preset)")
    parser.add_argument("--results", type=Path, default=RESULTS, help="folder of the record")
    options = parser.parse_args(argv)
    run = RunFolder(options.run)
    metrics, config = run.read_metrics(), run.read_config()
    preset, command = train_command(find_recipe(config["recipe"]), config["settings"])
    record = Record(
        name=options.name or run.path.resolve().name,
        table=run.read_json(run.data_report)["name"],
        what=options.what or f"recipe {config['recipe']}, preset {preset}",
        command=command,
        seed=config["settings"]["seed"],
        minutes=metrics["minutes"],
        parameters=metrics["parameters"],
        metrics=accuracies(metrics["test"]),
        peak_memory_gib=metrics["peak_memory_gib"],
    )
    print(record.save(options.results))
    return record


def train_command(recipe: Recipe, settings: dict[str, Any]) -> tuple[str, str]:
    """Returns the preset nearest to the settings, and the shortest command that trains with them."""
    changes = {
        preset: [(name, settings[name]) for name, value in asdict(defaults).items() if settings[name] != value]
        for preset, defaults in recipe.presets.items()
    }
    preset = min(changes, key=lambda name: len(changes[name]))
    chosen = "" if preset == "quick" else f" --preset {preset}"
    options = "".join(f" --{name} {'null' if value is None else value}" for name, value in changes[preset])
    return preset, f"toolkit train {recipe.name}{chosen}{options}"


def accuracies(test: dict[str, Any]) -> dict[str, float]:
    """Returns the accuracy on each source, if there are several, and on `"all"`, of a `ClassificationResult` as a dictionary."""
    sources = {name: part["accuracy"] for name, part in test["sources"].items()}
    return (sources if len(sources) > 1 else {}) | {"all": test["accuracy"]}


if __name__ == "__main__":
    main()
