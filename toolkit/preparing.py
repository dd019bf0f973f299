"""Preparing data from Python: the same as on the command line."""

import os
from dataclasses import replace
from pathlib import Path
from typing import Any, Literal

from toolkit.arguments import naming_options
from toolkit.cli.options import setting_kinds
from toolkit.cli.recipes import find_recipe
from toolkit.data.splits.report import Report
from toolkit.engines import ENGINES
from toolkit.engines.preparing import options_of
from toolkit.engines.preparing import prepare as prepare_data
from toolkit.recipe import Recipe
from toolkit.values import kind_of, take


def prepare(
    recipe: str | os.PathLike | Recipe,
    output_dir: str | os.PathLike,
    *,
    preset: str | None = None,
    engine: str | None = None,
    master: str | None = None,
    **settings: Any,
) -> Report:
    """Cleans, splits and tokenizes data once; `toolkit.train(recipe, data=output_dir)` then starts from token ids.

    Args:
        recipe: As for `toolkit.train`: one of labeled texts, of parallel texts or of running text.
        output_dir: The folder to make. The machines of an engine must see it, and the files, under the same paths.
        preset: As for `toolkit.train`.
        engine: What spreads the work, `"spark"`; `None` for this process.
        master: The engine's master, such as `"spark://host:7077"`; `None` for the cores of this machine.
        **settings: What is to be other than in the preset, `data` among them. `toolkit prepare RECIPE --help` lists all.

    Returns:
        What was read and dropped.

    Raises:
        UserError: A setting, the data or the folder is not what it should be.
    """
    recipe = find_recipe(recipe)
    names = options_of(recipe)
    kinds = {name: kind for name, kind in setting_kinds(recipe.settings_class).items() if name in names}
    own = {
        "preset": kind_of(Literal[tuple(recipe.presets)] | None),
        "engine": kind_of(Literal[tuple(ENGINES)] | None),
        "master": kind_of(str | None),
        "output_dir": kind_of(str),
    }
    values = take(kinds | own, settings | {"preset": preset, "engine": engine, "master": master, "output_dir": output_dir}, "setting")
    preset, engine, master, folder = (values.pop(name) for name in own)
    with naming_options(kinds):
        chosen = replace(recipe.presets[preset or recipe.default_preset], **values)
        return prepare_data(recipe, chosen, Path(folder), engine, master)
