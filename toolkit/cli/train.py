"""`toolkit train`."""

import argparse
import json
import sys
from collections.abc import Sequence
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
    defaults, name = _starting_point(recipe, argv[1:])

    from toolkit.cli.options import SettingsParser  # takes a third of a second to import

    parser = SettingsParser(f"toolkit train {recipe.name}", recipe.summary, defaults)
    parser.add_argument("--preset", default="quick", help=f"settings to start from: {', '.join(recipe.presets)}")
    parser.add_argument("--run_dir", type=str, default=f"runs/{name}", help="folder of the run")
    parser.add_argument("--export_dir", type=str, default="saved_models", help="folder of exported models")
    parser.add_argument("--json", action="store_true", help="print the result as one line of JSON at the end")
    settings, options = parser.parse(argv[1:])
    if settings.continue_from:
        Continuation.of(recipe, settings.continue_from).check(settings, RunFolder(options.run_dir))
    _train(make_task(recipe, settings, RunFolder(options.run_dir)), Path(options.export_dir), options.json)
    return 0


def _starting_point(recipe: Recipe, argv: Sequence[str]) -> tuple[Any, str]:
    """Returns the settings that the other options are changes to, and a name for the run: a preset's, or those of the run to go on from."""
    parser = argparse.ArgumentParser(add_help=False, allow_abbrev=False, exit_on_error=False)
    parser.add_argument("--preset")
    parser.add_argument("--continue-from", "--continue_from")
    try:
        given = parser.parse_known_args(argv)[0]
    except argparse.ArgumentError as error:
        raise UserError(str(error)) from error
    preset = given.preset or "quick"
    if preset not in recipe.presets:
        raise UserError(f"--preset: expected one of {', '.join(recipe.presets)}, received {preset!r}")
    if given.continue_from is None:
        return recipe.presets[preset], f"{recipe.name}-{preset}"
    origin = Continuation.of(recipe, given.continue_from)
    return recipe.presets[preset] if given.preset else origin.settings, f"{origin.run.path.resolve().name}-continued"


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
