"""`toolkit train`."""

import argparse
import json
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from toolkit.cli.recipes import RECIPES, find_recipe, make_task
from toolkit.errors import UserError
from toolkit.quiet import native_notices_hidden
from toolkit.recipe import Recipe
from toolkit.run_folder import RunFolder
from toolkit.tasks.continuation import Continuation

USAGE = f"""\
usage: toolkit train RECIPE [--preset NAME | --continue-from RUN] [--run-dir FOLDER] [--OPTION VALUE ...]

Trains a recipe, measures it on its test split and exports it. An interrupted training goes on with the same command.
--continue-from starts from a finished run, with its tokenizer, its weights and its settings; give only what is to be other.

recipes: {", ".join(RECIPES)}
toolkit train RECIPE --help lists the options of a recipe.
"""


def run(argv: Sequence[str]) -> int:
    """Trains a recipe."""
    if not argv or argv[0] in ("-h", "--help"):
        print(USAGE, end="")
        return 0 if argv else 2
    recipe = find_recipe(argv[0])
    defaults = _starting_point(recipe, _given(argv[1:]))

    from toolkit.cli.options import SettingsParser  # takes a third of a second to import

    parser = SettingsParser(f"toolkit train {recipe.name}", recipe.summary, defaults)
    parser.add_argument("--preset", default="quick", help=f"settings to start from: {', '.join(recipe.presets)}")
    parser.add_argument("--run_dir", type=str, help=f"folder of the run (default: runs/{recipe.name}-PRESET, or runs/RUN-continued)")
    parser.add_argument("--export_dir", type=str, default="saved_models", help="folder of exported models")
    parser.add_argument("--json", action="store_true", help="print the result as one line of JSON at the end")
    settings, options = parser.parse(argv[1:])
    run = RunFolder(options.run_dir or f"runs/{_default_name(recipe, settings, options.preset)}")
    if settings.continue_from:  # a mistake is told before TensorFlow is imported, and before the folder is looked at
        Continuation.of(recipe, settings.continue_from).check(settings, run)
    _train(make_task(recipe, settings, run), Path(options.export_dir), options.json)
    return 0


def _given(argv: Sequence[str]) -> dict[str, str]:
    """Returns those of the options that say what the others are changes to."""
    parser = argparse.ArgumentParser(add_help=False, allow_abbrev=False, exit_on_error=False, argument_default=argparse.SUPPRESS)
    parser.add_argument("--preset")
    parser.add_argument("--continue-from", "--continue_from")
    try:
        return vars(parser.parse_known_args(argv)[0])
    except argparse.ArgumentError as error:
        raise UserError(str(error)) from error


def _starting_point(recipe: Recipe, given: Mapping[str, str]) -> Any:
    """Returns the settings that the other options are changes to: those of a preset, or of the run to go on from."""
    preset = given.get("preset", "quick")
    if preset not in recipe.presets:
        raise UserError(f"--preset: expected one of {', '.join(recipe.presets)}, received {preset!r}")
    if given.get("continue_from") and "preset" not in given:
        return Continuation.of(recipe, given["continue_from"]).settings
    return recipe.presets[preset]


def _default_name(recipe: Recipe, settings: Any, preset: str) -> str:
    """Returns the name of the folder of a run that is given none."""
    if settings.continue_from:
        return f"{Path(settings.continue_from).resolve().name}-continued"
    return f"{recipe.name}-{preset}"


def _train_to_the_end(task):
    from toolkit.training.strategy import WorkerLost, restart

    try:
        return task.train()
    except WorkerLost as lost:
        print(f"toolkit: {lost}; starting again from the last checkpoint", file=sys.stderr)
        restart()


def _train(task, export_dir: Path, as_json: bool) -> None:
    run = task.run
    if run.is_finished:
        run.open(task.recipe.name, task.settings)
        print(f"{run.path}: this training is finished; to go on from it give --continue-from {run.path}, for another another --run-dir")
    elif _train_to_the_end(task) is None:
        return
    metrics = run.read_metrics()
    print(f"\n{task.describe(metrics)}\n")
    for line in task.show_predictions(3):
        print(f"  {line}")
    with native_notices_hidden():
        report = task.export(export_dir, run.path.resolve().name)
    print(f"\n{report}")
    print(f'\nNow try: toolkit predict {run.path} "{task.example}"')
    if as_json:
        print(json.dumps({"run": str(run.path), **metrics}))
