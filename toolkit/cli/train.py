"""`toolkit train`."""

import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from toolkit.arguments import naming_options
from toolkit.cli.finish import finish
from toolkit.cli.options import SettingsParser, setting_kinds
from toolkit.cli.parser import spelled
from toolkit.cli.recipes import RECIPES, find_recipe, make_run
from toolkit.cli.streams import outlive_readers
from toolkit.errors import UserError
from toolkit.recipe import Recipe
from toolkit.run_folder import RunFolder
from toolkit.tasks.continuation import Continuation

USAGE = f"""\
usage: toolkit train RECIPE [--preset NAME | --continue-from RUN] [--run-dir FOLDER] [--OPTION VALUE ...]

Trains a recipe, measures it on its test split and exports it. An interrupted training goes on with the same command.
--continue-from starts from a finished run, with its tokenizer, its weights and its settings; give only what is to be other.

recipes: {", ".join(RECIPES)}; or the path of a Python file with one of your own (docs/write_a_recipe.md)
toolkit train RECIPE --help lists the options of a recipe.
"""
FLAGS = ("-h", "--help", "--json", "--print-config")  # options without a value


def run(argv: Sequence[str]) -> int:
    """Trains a recipe."""
    name, words = _without_recipe(argv)
    if name is None and (not words or words[0] in ("-h", "--help")):
        print(USAGE, end="")
        return 0 if words else 2
    if name is None:
        raise UserError(f"expected the name of a recipe, one of {', '.join(RECIPES)}; such as: toolkit train sentiment")
    return run_recipe(find_recipe(name), f"toolkit train {name}", words)


def run_recipe(recipe: Recipe, command: str, argv: Sequence[str]) -> int:
    """Trains a recipe.

    Args:
        recipe: The recipe.
        command: What the help and messages call the command.
        argv: Its words: the options.
    """
    parser = SettingsParser(command, recipe.summary, recipe.name, recipe.presets)
    parser.add_argument(
        "--run-dir", metavar="FOLDER", help=f"folder of the run (default: runs/{recipe.name}-PRESET, or runs/RUN-continued)"
    )
    parser.add_argument("--export-dir", default="saved_models", metavar="FOLDER", help="folder of exported models (default: saved_models)")
    parser.add_argument("--json", action="store_true", help="print the result as one line of JSON at the end")
    settings, options = parser.parse(argv, lambda given: _starting_point(recipe, given))
    run = RunFolder(f"runs/{_default_name(recipe, settings, options.preset)}" if options.run_dir is None else options.run_dir)
    outlive_readers(f"nobody reads the output any more; the training goes on, and its results will be in {run.path}")
    with naming_options(setting_kinds(recipe.settings_class)):
        if settings.continue_from:  # a mistake is told before TensorFlow is imported, and before the folder is looked at
            Continuation.of(recipe, settings.continue_from).check(settings, run)
        return _train(make_run(recipe, settings, run), Path(options.export_dir), options.json)


def _without_recipe(argv: Sequence[str]) -> tuple[str | None, list[str]]:
    """Finds the recipe, which says what the options are; returns it and the other words."""
    is_value = False
    for index, word in enumerate(argv):
        if not is_value and not word.startswith("-"):
            return word, [*argv[:index], *argv[index + 1 :]]
        is_value = not is_value and "=" not in word and spelled(word) not in FLAGS
    return None, [*argv]


def _starting_point(recipe: Recipe, given: Mapping[str, Any]) -> Any:
    """Returns the settings that the other options are changes to: those of a preset, or of the run to go on from."""
    if given.get("continue_from") and "preset" not in given:
        return Continuation.of(recipe, given["continue_from"]).settings
    return recipe.presets[given.get("preset", recipe.default_preset)]


def _default_name(recipe: Recipe, settings: Any, preset: str) -> str:
    """Returns the name of the folder of a run that is given none."""
    if settings.continue_from:
        return f"{Path(settings.continue_from).resolve().name}-continued"
    return f"{recipe.name}-{preset}"


def _train_to_the_end(training):
    from toolkit.training.strategy import WorkerLost, restart

    try:
        return training.train()
    except WorkerLost as lost:
        print(f"toolkit: {lost}; starting again from the last checkpoint", file=sys.stderr)
        restart()


def _train(training, export_dir: Path, as_json: bool) -> int:
    run = training.run
    if run.is_finished:
        run.open(training.recipe.name, training.settings, training.recipe.file)
        print(f"{run.path}: this training is finished; to go on from it give --continue-from {run.path}, for another another --run-dir")
    elif _train_to_the_end(training) is None:
        return 0
    return finish(training, export_dir, as_json)
