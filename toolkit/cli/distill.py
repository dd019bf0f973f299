"""`toolkit distill`."""

import itertools
from collections.abc import Sequence

from toolkit.cli.recipes import recipe_of
from toolkit.cli.train import run_recipe
from toolkit.errors import UserError
from toolkit.run_folder import RunFolder

USAGE = """\
usage: toolkit distill RUN [RUN ...] [--run-dir FOLDER] [--OPTION VALUE ...]

Trains a new model, which learns from the answers of finished runs besides: as good as all of them together, or nearly, and as small
as one. The runs are of one recipe, a classifier, a tagger or a translator, and have the same tokenizers. Settings are those of the
first run; give only what is to be other, such as --units 64 or --seed 7. The options are those of toolkit train RECIPE --help.
"""


def run(argv: Sequence[str]) -> int:
    """Trains a model from the answers of others."""
    runs = [*itertools.takewhile(lambda word: not word.startswith("-"), argv)]
    words = argv[len(runs) :]
    if not runs and (not words or words[0] in ("-h", "--help")):
        print(USAGE, end="")
        return 0 if words else 2
    if not runs:
        raise UserError(
            f"expected the folders of finished runs first, received {words[0]}; such as: toolkit distill runs/a runs/b --seed 7"
        )
    recipe = recipe_of(RunFolder(runs[0]))
    if not hasattr(recipe.presets[recipe.default_preset], "distill_from"):
        raise UserError(f"{runs[0]}: expected a run that labels, tags or translates, received one of {recipe.name}")
    return run_recipe(recipe, "toolkit distill", [*words, "--distill-from", ",".join(runs)])
