"""`toolkit evaluate`."""

from collections.abc import Sequence

from toolkit.arguments import flag, naming_options
from toolkit.cli.options import described, read_words, setting_kinds
from toolkit.cli.parser import Parser
from toolkit.cli.recipes import RECIPES, find_recipe, open_run
from toolkit.cli.streams import require_output
from toolkit.json_text import to_json

TEST_SPLIT = "data to measure it on, as for `toolkit train`; the test split of the run's own data if not given"


def run(argv: Sequence[str]) -> int:
    """Measures a trained model."""
    options = vars(_parser().parse_args(argv))
    require_output()
    as_json, training = options.pop("json"), open_run(options.pop("run"))
    values = read_words(setting_kinds(type(training.settings)), options, training.recipe.task, training.measure_options)
    with naming_options(values):
        result = training.evaluate(**values)
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
    return parser


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
