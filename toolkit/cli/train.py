"""`toolkit train`."""

import argparse
import importlib
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from toolkit.arguments import naming_options
from toolkit.cli.finish import finish
from toolkit.cli.options import SettingsParser, setting_kinds
from toolkit.cli.parser import spelled
from toolkit.cli.recipes import RECIPES, find_recipe, make_run
from toolkit.cli.streams import outlive_readers
from toolkit.engines import ENGINES
from toolkit.engines.training import train
from toolkit.errors import UserError
from toolkit.recipe import Recipe
from toolkit.run import finished, folder_for, starting_point
from toolkit.run_folder import RunFolder
from toolkit.values import one_of

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
    name, words = named_recipe(argv, USAGE, "toolkit train sentiment")
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
        "--run-dir",
        metavar="FOLDER",
        help=f"folder of the run (default: runs/{recipe.name}-PRESET, runs/RUN-continued or runs/RUN-distilled)",
    )
    parser.add_argument("--export-dir", default="saved_models", metavar="FOLDER", help="folder of exported models (default: saved_models)")
    parser.add_argument("--json", action="store_true", help="print the result as one line of JSON at the end")
    parser.add_argument("--engine", type=one_of(tuple(ENGINES)), metavar=f"{{{','.join(ENGINES)}}}", help="what starts the workers")
    parser.add_argument("--master", metavar="URL", help="the engine's master, such as spark://host:7077 (default: this machine)")
    parser.add_argument("--workers", type=int, metavar="N", help="how many train together, with --engine (default: 2)")
    settings, options = parser.parse(argv, lambda given: starting_point(recipe, given.get("preset"), given))
    with naming_options(setting_kinds(recipe.settings_class)):
        run = folder_for(recipe, settings, options.preset, options.run_dir)
        if options.engine is not None:
            return _train_by_engine(recipe, settings, run, options)
        for name in ("master", "workers"):
            if getattr(options, name) is not None:
                raise UserError(f"--{name}: expected --engine with it, received none")
        outlive_readers(f"nobody reads the output any more; the training goes on, and its results will be in {run.path}")
        return _train(make_run(recipe, settings, run), Path(options.export_dir), options.json)


def named_recipe(argv: Sequence[str], usage: str, example: str) -> tuple[str, list[str]]:
    """Finds the recipe, which says what the options are; returns it and the other words.

    Args:
        argv: The words of a command.
        usage: What is printed where there is no recipe, and help is asked for.
        example: How to name one.

    Raises:
        UserError: There is none.
        SystemExit: The usage was printed.
    """
    is_value = False
    for index, word in enumerate(argv):
        if not is_value and not word.startswith("-"):
            return word, [*argv[:index], *argv[index + 1 :]]
        is_value = not is_value and "=" not in word and spelled(word) not in FLAGS
    if not argv or argv[0] in ("-h", "--help"):
        print(usage, end="")
        raise SystemExit(0 if argv else 2)
    raise UserError(f"expected the name of a recipe, one of {', '.join(RECIPES)}; such as: {example}")


def _train_to_the_end(training):
    from toolkit.training.strategy import WorkerLost, restart

    try:
        return training.train()
    except WorkerLost as lost:
        print(f"toolkit: {lost}; starting again from the last checkpoint", file=sys.stderr)
        restart()


def _train_by_engine(recipe: Recipe, settings: Any, run: RunFolder, options: argparse.Namespace) -> int:
    workers = 2 if options.workers is None else options.workers
    if workers < 2:
        raise UserError(f"--workers: expected at least 2, received {workers}; one needs no --engine")
    folders = {"--run-dir": run.path, "--export-dir": options.export_dir}
    words = [str(word) for name, folder in folders.items() for word in (name, Path(folder).absolute())] + ["--json"] * options.json
    with importlib.import_module(ENGINES[options.engine]).engine(options.master) as engine:
        print(train(engine, recipe.file or recipe.name, settings, words, workers), end="")
    return 0


def _train(training, export_dir: Path, as_json: bool) -> int:
    if not finished(training) and _train_to_the_end(training) is None:
        return 0
    return finish(training, export_dir, as_json)
