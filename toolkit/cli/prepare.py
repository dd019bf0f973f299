"""`toolkit prepare`."""

from collections.abc import Sequence
from pathlib import Path

from toolkit.arguments import naming_options
from toolkit.cli.options import SettingsParser
from toolkit.cli.recipes import find_recipe
from toolkit.cli.train import named_recipe
from toolkit.engines import ENGINES
from toolkit.engines.preparing import options_of, prepare
from toolkit.errors import UserError
from toolkit.tasks.stage import stage
from toolkit.values import one_of

USAGE = """\
usage: toolkit prepare RECIPE --data FILES --output-dir FOLDER [--preset NAME] [--engine spark] [--OPTION VALUE ...]

Cleans, splits and tokenizes data once, on this machine or on many: `toolkit train RECIPE --data FOLDER` then starts from token ids.
The recipes are those of labeled texts, of parallel texts and of running text: sentiment, translation and language_model, or your own.

toolkit prepare RECIPE --help lists the options of a recipe.
"""


def run(argv: Sequence[str]) -> int:
    """Prepares data."""
    name, words = named_recipe(argv, USAGE, "toolkit prepare sentiment --data reviews/ --output-dir prepared")
    recipe = find_recipe(name)
    names = options_of(recipe)
    parser = SettingsParser(f"toolkit prepare {name}", recipe.summary, recipe.name, recipe.presets, names, "--output-dir")
    parser.add_argument("--output-dir", metavar="FOLDER", help="folder to make, which all machines see (needed)")
    parser.add_argument("--engine", type=one_of(tuple(ENGINES)), metavar=f"{{{','.join(ENGINES)}}}", help="what spreads the work")
    parser.add_argument("--master", metavar="URL", help="its master, such as spark://host:7077 (default: the cores of this machine)")
    settings, options = parser.parse(words, lambda given: recipe.presets[given.get("preset", recipe.default_preset)])
    if options.output_dir is None:
        raise UserError("--output-dir: expected the folder to make, received none")
    if options.master is not None and options.engine is None:
        raise UserError("--master: expected --engine with it, received none")
    with naming_options(names):
        report = prepare(recipe, settings, Path(options.output_dir), options.engine, options.master)
    stage("data", str(report))
    stage("prepared", f"{options.output_dir} (toolkit train {name} --data {options.output_dir})")
    return 0
