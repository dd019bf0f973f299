"""What is recorded of every finished training run, whatever it has learned."""

import argparse
import re
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.records import RESULTS
from toolkit.arguments import flag
from toolkit.cli.recipes import find_recipe
from toolkit.errors import UserError
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


def seeds_parser(recipe: str) -> argparse.ArgumentParser:
    """Returns a parser that takes several runs besides, `--seeds`, which differ in their seed."""
    parser = run_parser(recipe)
    parser.add_argument("--seeds", nargs="*", default=[], metavar="RUN", help="runs of other seeds: means of all are recorded")
    return parser


def runs_of(options: argparse.Namespace) -> list[RunFolder]:
    """Returns the runs of all seeds.

    Args:
        options: What `seeds_parser` gave.

    Raises:
        UserError: They differ in more than the seed.
    """
    runs = [RunFolder(folder) for folder in (options.run, *options.seeds)]
    first, *others = ({**run.read_config()["settings"], "seed": None} for run in runs)
    for run, settings in zip(runs[1:], others, strict=True):
        if settings != first:
            raise UserError(f"{run.path}: expected the settings of {runs[0].path} but for the seed, found others")
    return runs


def mean_scores(scores: Sequence[Mapping[str, float]], spread_of: str) -> dict[str, float]:
    """Returns the means of the scores of several runs; of more than one, with the standard deviation of one of them.

    Args:
        scores: The scores of each run, by the same names.
        spread_of: Whose standard deviation it is.
    """
    means = {name: float(np.mean([score[name] for score in scores])) for name in scores[0]}
    spread = {"standard deviation": float(np.std([score[spread_of] for score in scores], ddof=1))} if len(scores) > 1 else {}
    return means | spread


def mean_values(runs: Sequence[RunFolder], options: argparse.Namespace) -> dict[str, Any]:
    """Returns the values of `run_values` for the first of several runs, with the mean of their minutes, and how many they are.

    Args:
        runs: The runs.
        options: What the parser gave.

    Raises:
        UserError: A run is not finished.
    """
    values = run_values(runs[0], options)
    values["minutes"] = round(float(np.mean([run.read_metrics()["minutes"] for run in runs])), 2)
    if len(runs) > 1:
        values["what"] += f", mean of {len(runs)} seeds"
    return values


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


def progress_of(run: RunFolder, score: str) -> list[list[float]]:
    """Returns of each validation the minutes of training until its end, and a score of the history.

    Args:
        run: A finished run.
        score: Its name, such as `"val_accuracy"`.
    """
    return [[round(epoch["seconds"] / 60, 2), round(epoch[score], 4)] for epoch in run.read_metrics().get("history", [])]


def train_command(recipe: Recipe, settings: dict[str, Any]) -> tuple[str, str]:
    """Returns the preset nearest to the settings, and the shortest command that trains with them."""
    changes = {
        preset: [(name, settings[name]) for name, value in asdict(defaults).items() if settings.get(name, value) != value]
        for preset, defaults in recipe.presets.items()
    }
    preset = min(changes, key=lambda name: len(changes[name]))
    is_default = preset == "quick" and not settings.get("continue_from")  # else the defaults are those of the run to go on from
    chosen = "" if is_default else f" --preset {preset}"
    options = "".join(f" {flag(name)} {'null' if value is None else value}" for name, value in changes[preset])
    return preset, f"toolkit train {recipe.name}{chosen}{options}"


def without_folders(text: str) -> str:
    """Leaves only the last part of every absolute path, as folders of one machine say nothing on another."""
    return re.sub(r"(?<![^\s=,])~?/(?:[^\s,/]+/)*(?=[^\s,/])", "", text)
