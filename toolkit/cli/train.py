"""`toolkit train`."""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from toolkit.cli.finish import finish
from toolkit.cli.recipes import RECIPES, find_recipe, make_task
from toolkit.errors import UserError
from toolkit.run_folder import RunFolder

USAGE = f"""\
usage: toolkit train RECIPE [--preset NAME] [--run-dir FOLDER] [--OPTION VALUE ...]

Trains a recipe, measures it on its test split and exports it. An interrupted training goes on with the same command.

recipes: {", ".join(RECIPES)}
toolkit train RECIPE --help lists the options of a recipe.
"""


def run(argv: Sequence[str]) -> int:
    """Trains a recipe."""
    if not argv or argv[0] in ("-h", "--help"):
        print(USAGE, end="")
        return 0 if argv else 2
    recipe = find_recipe(argv[0])
    preset = _preset(argv[1:])
    if preset not in recipe.presets:
        raise UserError(f"--preset: expected one of {', '.join(recipe.presets)}, received {preset!r}")

    from toolkit.cli.options import SettingsParser  # takes a third of a second to import

    parser = SettingsParser(f"toolkit train {recipe.name}", recipe.summary, recipe.presets[preset])
    parser.add_argument("--preset", default="quick", help=f"settings to start from: {', '.join(recipe.presets)}")
    parser.add_argument("--run_dir", type=str, default=f"runs/{recipe.name}-{preset}", help="folder of the run")
    parser.add_argument("--export_dir", type=str, default="saved_models", help="folder of exported models")
    parser.add_argument("--json", action="store_true", help="print the result as one line of JSON at the end")
    settings, options = parser.parse(argv[1:])
    return _train(make_task(recipe, settings, RunFolder(options.run_dir)), Path(options.export_dir), options.json)


def _preset(argv: Sequence[str]) -> str:
    """Returns the preset that the other options are defaults of."""
    parser = argparse.ArgumentParser(add_help=False, allow_abbrev=False, exit_on_error=False)
    parser.add_argument("--preset", default="quick")
    try:
        return parser.parse_known_args(argv)[0].preset
    except argparse.ArgumentError as error:
        raise UserError(str(error)) from error


def _train_to_the_end(task):
    from toolkit.training.strategy import WorkerLost, restart

    try:
        return task.train()
    except WorkerLost as lost:
        print(f"toolkit: {lost}; starting again from the last checkpoint", file=sys.stderr)
        restart()


def _train(task, export_dir: Path, as_json: bool) -> int:
    run = task.run
    if run.is_finished:
        run.open(task.recipe.name, task.settings)
        print(f"{run.path}: this training is finished; for another, give another --run-dir or delete the folder")
    elif _train_to_the_end(task) is None:
        return 0
    return finish(task, export_dir, as_json)
