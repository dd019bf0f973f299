"""What is recorded of every finished training run, whatever it has learned."""

import argparse
import re
from dataclasses import asdict
from pathlib import Path
from typing import Any

from benchmarks.records import RESULTS
from toolkit.cli.recipes import find_recipe
from toolkit.recipe import Recipe
from toolkit.run_folder import RunFolder


def run_parser(recipe: str) -> argparse.ArgumentParser:
    """Returns a parser of the options that all have: the run, `--name`, `--what` and `--results`."""
    parser = argparse.ArgumentParser(description=f"Make a record of a finished run of the {recipe} recipe.")
    parser.add_argument("run", metavar="RUN", help="folder of a finished training run")
    parser.add_argument("--name", help="name of the record (default: that of the folder)")
    parser.add_argument("--what", help="the model in a few words (default: the preset)")
    parser.add_argument("--results", type=Path, default=RESULTS, help="folder of the record")
    return parser


def run_values(run: RunFolder, options: argparse.Namespace) -> dict[str, Any]:
    """Returns the values of a record that any run has, by the names of the record.

    Args:
        run: The run.
        options: What the parser gave.

    Raises:
        UserError: The run is not finished.
    """
    metrics, config = run.read_metrics(), run.read_config()
    preset, command = train_command(find_recipe(config["recipe"]), config["settings"])
    return {
        "name": options.name or run.path.resolve().name,
        "what": options.what or f"recipe {config['recipe']}, preset {preset}",
        "command": without_folders(command),
        "seed": config["settings"]["seed"],
        "minutes": metrics["minutes"],
        "parameters": metrics["parameters"],
        "peak_memory_gib": metrics["peak_memory_gib"],
    }


def train_command(recipe: Recipe, settings: dict[str, Any]) -> tuple[str, str]:
    """Returns the preset nearest to the settings, and the shortest command that trains with them."""
    changes = {
        preset: [(name, settings[name]) for name, value in asdict(defaults).items() if settings.get(name, value) != value]
        for preset, defaults in recipe.presets.items()
    }
    preset = min(changes, key=lambda name: len(changes[name]))
    is_default = preset == "quick" and not settings.get("continue_from")  # else the defaults are those of the run to go on from
    chosen = "" if is_default else f" --preset {preset}"
    options = "".join(f" --{name} {'null' if value is None else value}" for name, value in changes[preset])
    return preset, f"toolkit train {recipe.name}{chosen}{options}"


def without_folders(text: str) -> str:
    """Leaves only the last part of every absolute path, as folders of one machine say nothing on another."""
    return re.sub(r"(?<![^\s=,])~?/(?:[^\s,/]+/)*(?=[^\s,/])", "", text)
