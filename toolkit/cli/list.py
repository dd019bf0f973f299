"""`toolkit list`."""

import json
from collections.abc import Sequence

from toolkit.cli.parser import Parser
from toolkit.cli.recipes import RECIPES, find_recipe


def run(argv: Sequence[str]) -> int:
    """Lists the recipes and their presets."""
    parser = Parser("toolkit list", "List the recipes and their presets.")
    parser.add_argument("--json", action="store_true", help="print JSON")
    arguments = parser.parse_args(argv)
    recipes = [find_recipe(name) for name in RECIPES]
    if arguments.json:
        print(json.dumps([{"name": recipe.name, "summary": recipe.summary, "presets": list(recipe.presets)} for recipe in recipes]))
    else:
        width = max(map(len, RECIPES))
        for recipe in recipes:
            print(f"{recipe.name:<{width}}  {recipe.summary} (presets: {', '.join(recipe.presets)})")
    return 0
