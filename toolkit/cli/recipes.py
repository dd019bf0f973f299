"""The recipes, by the names of their modules."""

import difflib
import importlib
import pkgutil
from typing import Any

import recipes
from toolkit.errors import UserError
from toolkit.recipe import Recipe
from toolkit.run_folder import RunFolder
from toolkit.tasks.registry import find_task

RECIPES = tuple(sorted(module.name for module in pkgutil.iter_modules(recipes.__path__)))


def find_recipe(name: str) -> Recipe:
    """Imports a recipe.

    Raises:
        UserError: There is no recipe of that name.
    """
    if name not in RECIPES:
        near = difflib.get_close_matches(name, RECIPES, n=1)
        advice = f"did you mean {near[0]}?" if near else f"expected one of: {', '.join(RECIPES)}"
        raise UserError(f'"{name}" is no recipe; {advice}')
    return importlib.import_module(f"recipes.{name}").RECIPE


def open_run(run_dir: str) -> Any:
    """Returns what commands do with a run folder, a `TrainingRun`, ready to evaluate, predict and export.

    Raises:
        UserError: The folder is no run folder, or its settings are not those of this version's recipe.
    """
    run = RunFolder(run_dir)
    recipe = find_recipe(run.read_config()["recipe"])
    return make_run(recipe, recipe.settings_of(run), run)


def make_run(recipe: Recipe, settings: Any, run: RunFolder) -> Any:
    """Imports the recipe's kind of task, and TensorFlow with it, and gives it the run.

    A run is in single precision, whatever Keras's own configuration file says: other programs' settings do not change a recipe.
    """
    training = find_task(recipe.task).part("training")
    importlib.import_module("keras").config.set_floatx("float32")
    return training(recipe, settings, run)
