"""`toolkit evaluate`."""

from collections.abc import Sequence
from typing import Any

from toolkit.arguments import flag, naming_options
from toolkit.cli.options import described, read_words, setting_kinds
from toolkit.cli.parser import Parser
from toolkit.cli.recipes import RECIPES, find_recipe, open_run
from toolkit.cli.streams import require_output
from toolkit.errors import UserError
from toolkit.json_text import to_json
from toolkit.tasks.option import Option

TEST_SPLIT = "data to measure it on, as for `toolkit train`; the test split of the run's own data if not given"


def run(argv: Sequence[str]) -> int:
    """Measures a trained model."""
    options = vars(_parser().parse_args(argv))
    require_output()
    as_json, path = options.pop("json"), options.pop("run")
    training = open_run(path)
    ways = _given_ways(options, training, path)
    values = read_words(setting_kinds(type(training.settings)), options, training.recipe.task, training.measure_options)
    with naming_options({**values, **ways}):
        result = training.evaluate(**values, **ways)
    print(to_json(result.as_dict()) if as_json else result)
    return 0


def _parser() -> Parser:
    """Returns a parser of the options of all kinds of runs, whose values are words: what they mean depends on the run."""
    parser = Parser("toolkit evaluate", "Measure a trained model.", usage="toolkit evaluate RUN [--data DATA] [--OPTION VALUE ...]")
    parser.add_argument("run", metavar="RUN", help="folder of a finished training run")
    parser.add_argument("--data", metavar="TEXT", help=TEST_SPLIT)
    parser.add_argument("--json", action="store_true", help="print the whole result as one line of JSON")
    group = parser.add_argument_group("how data are read", "as for `toolkit train`; what is not given is as in the run")
    for name, (metavar, text, recipes) in _measure_options().items():
        group.add_argument(flag(name), metavar=metavar, help=f"{text} ({', '.join(recipes)})".replace("%", "%%"))
    group = parser.add_argument_group("how the model is measured")
    for name, (way, recipes) in _ways().items():
        group.add_argument(flag(name), **{**way.described, "help": f"{way.help} ({', '.join(recipes)})"})
    return parser


def _given_ways(options: dict[str, Any], training: Any, path: str) -> dict[str, Any]:
    """Takes the ways to measure out of the options; returns those that were given.

    Raises:
        UserError: The run cannot be measured in one of them.
    """
    given = {}
    for name, (_, recipes) in _ways().items():
        value = options.pop(name)
        if value is None or value is False:
            continue
        if name not in training.settings.ways_to_measure:
            raise UserError(f"{flag(name)}: expected a run of {' or '.join(recipes)}, received {path}, of {training.recipe.name}")
        given[name] = value
    return given


def _ways() -> dict[str, tuple[Option, list[str]]]:
    """Returns the ways to measure, each with the recipes that have it."""
    found: dict[str, tuple[Option, list[str]]] = {}
    for recipe in map(find_recipe, RECIPES):
        for name, way in recipe.settings_class.ways_to_measure.items():
            found.setdefault(name, (way, []))[1].append(recipe.name)
    return found


def _measure_options() -> dict[str, tuple[str, str, list[str]]]:
    """Returns of each option but `data`: what the help shows for its value, what it is, and the recipes that have it."""
    found: dict[str, tuple[str, str, list[str]]] = {}
    for recipe in map(find_recipe, RECIPES):
        kinds = setting_kinds(recipe.settings_class)
        texts = {name: text for group in described(recipe.settings_class).values() for name, text in group.items()}
        for name in recipe.settings_class.measure_options:
            if name != "data":
                found.setdefault(name, (kinds[name].metavar, texts[name], []))[2].append(recipe.name)
    return found
