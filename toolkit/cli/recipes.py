"""The recipes, by the names of their modules or by their files, and the runs that were made with them."""

import difflib
import importlib
import logging
import os
import pkgutil
import time
from pathlib import Path
from typing import Any

import recipes
from toolkit.cli.options import setting_kinds
from toolkit.cli.recipe_file import import_recipe
from toolkit.errors import UserError
from toolkit.recipe import ATTRIBUTE, PACKAGE, Recipe
from toolkit.run_folder import RunFolder
from toolkit.tasks.registry import find_task

_log = logging.getLogger(__name__)

RECIPES = tuple(sorted(module.name for module in pkgutil.iter_modules(recipes.__path__)))


def find_recipe(recipe: str | os.PathLike | Recipe) -> Recipe:
    """Imports a recipe.

    Args:
        recipe: The name of one that the toolkit brings; the path of a Python file that has one as its `RECIPE`; or a recipe.

    Raises:
        UserError: There is no recipe of that name, the file cannot be imported, or its recipe is none that can be trained.
    """
    if isinstance(recipe, Recipe):
        if recipe.file is None and not recipe.is_named:
            _log.warning(
                "the recipe %s is in no file: its runs open in Python only, by toolkit.open(RUN, recipe=RECIPE); write it into a file for "
                "the command line",
                recipe.name,
            )
        return _checked(recipe, f"the recipe {recipe.name}")
    name = os.fspath(recipe)
    if name in RECIPES:
        return getattr(importlib.import_module(f"{PACKAGE}.{name}"), ATTRIBUTE)
    path = Path(name)
    if path.stem in RECIPES and path.parent.resolve() in [Path(folder).resolve() for folder in recipes.__path__]:
        return find_recipe(path.stem)
    if path.suffix == ".py" or path.name != name:
        return _checked(import_recipe(path), f"{path}: {ATTRIBUTE}")
    near = difflib.get_close_matches(name, RECIPES, n=1) or difflib.get_close_matches(name, map(str, Path().glob("*.py")), n=1)
    advice = f"did you mean {near[0]}?" if near else f"expected one of: {', '.join(RECIPES)}, or the path of a Python file"
    raise UserError(f'"{name}" is no recipe; {advice}')


def open_run(run_dir: str | os.PathLike, recipe: Recipe | None = None) -> Any:
    """Returns what commands do with a run folder, a `TrainingRun`, ready to evaluate, predict and export.

    Args:
        run_dir: The folder.
        recipe: The recipe that it is a run of; by default it is found as `config.yaml` says.

    Raises:
        UserError: The folder is no run folder, its recipe is not where it was, or its settings are not those of that recipe.
    """
    run = RunFolder(run_dir)
    recipe = recipe_of(run) if recipe is None else _checked(recipe, f"the recipe {recipe.name}")
    if recipe.name != (name := run.read_config()["recipe"]):
        raise UserError(f"{run.path}: expected the recipe {name}, received {recipe.file or 'a recipe'}, which is named {recipe.name}")
    return make_run(recipe, recipe.settings_of(run), run)


def make_run(recipe: Recipe, settings: Any, run: RunFolder) -> Any:
    """Imports the recipe's kind of task, and TensorFlow with it, and gives it the run.

    A run is in single precision, whatever Keras's own configuration file says: other programs' settings do not change a recipe.
    """
    started = time.monotonic()
    training = find_task(recipe.task).part("training")
    importlib.import_module("keras").config.set_floatx("float32")
    return training(recipe, settings, run, started)


def recipe_of(run: RunFolder) -> Recipe:
    """Returns the recipe that a run says it is of."""
    config = run.read_config()
    if file := config.get("recipe_file"):
        if not Path(file).is_file():
            raise UserError(
                f"{run.config}: recipe_file: expected the file of the recipe {config['recipe']}, found none at {file}; "
                "put it back, or write there where it is now"
            )
        run.compare_recipe(Path(file))
        return find_recipe(file)
    if config["recipe"] not in RECIPES:
        raise UserError(
            f"{run.config}: recipe: expected one of {', '.join(RECIPES)}, or a recipe_file, received {config['recipe']}, which was in no "
            f"file; open it by toolkit.open({str(run.path)!r}, recipe=RECIPE), or write it into a file and add a line recipe_file: FILE"
        )
    return find_recipe(config["recipe"])


def _checked(recipe: Recipe, place: str) -> Recipe:
    """Refuses a recipe that is none that can be trained."""
    try:
        task = find_task(recipe.task)
    except UserError as error:
        raise UserError(f"{place}: task: {error}") from error
    base, made = task.part("settings"), recipe.settings_class
    if not issubclass(made, base):
        raise UserError(f"{place}: presets: expected settings made from {base.__module__}.{base.__name__}, received {made.__name__}")
    if "__dataclass_fields__" not in vars(made):
        raise UserError(f"{place}: presets: expected @dataclass(frozen=True, kw_only=True) above the class {made.__name__}, found none")
    if others := {type(settings).__name__ for settings in recipe.presets.values()} - {made.__name__}:
        raise UserError(f"{place}: presets: expected {made.__name__} for all of them, received {' and '.join(sorted(others))}, too")
    try:
        known = setting_kinds(made)
    except (TypeError, NameError) as error:
        raise UserError(f"{place}: presets: {made.__name__}: {error}") from error
    if strange := [name for name in recipe.fixed if name not in known]:
        raise UserError(f"{place}: fixed: expected names of settings, received {strange[0]}")
    return recipe
