"""`toolkit predict`."""

import argparse
import itertools
from collections.abc import Collection, Mapping, Sequence
from typing import Any

from toolkit.arguments import flag
from toolkit.cli.parser import Parser
from toolkit.cli.streams import require_input, require_output
from toolkit.engines import ENGINES
from toolkit.engines.predicting import answer, check
from toolkit.errors import UserError
from toolkit.opening import open as open_model
from toolkit.tasks.lines import open_output
from toolkit.tasks.prediction import Prediction, given
from toolkit.tasks.records import FORMATS, write_answers
from toolkit.tasks.registry import TASKS, find_task
from toolkit.values import one_of


def run(argv: Sequence[str]) -> int:
    """Answers texts."""
    predictions = {name: find_task(name).part("prediction")() for name in TASKS}
    options = parsed(argv, predictions)
    if options.batch_size is not None and options.batch_size < 1:
        raise UserError(f"--batch-size: expected at least 1, received {options.batch_size}")
    if options.texts and options.input != "-":
        raise UserError(f"expected texts or --input, received both: {len(options.texts)} texts and --input {options.input}")
    for name in ("master", "keep_order") if options.engine is None else ():
        if getattr(options, name):
            raise UserError(f"{flag(name)}: expected --engine with it, received none")
    if options.engine is not None:
        check(options)
    elif options.output == "-":
        require_output()
    model = open_model(options.run)
    prediction = model.prediction
    _refuse_others(predictions, prediction, options)
    prediction.prepare(options)
    if options.engine is not None:
        answer(model, options)
        return 0
    if not options.texts and options.input == "-":
        require_input()
    answerer = model.answerer(options)
    with prediction.read(options) as batches, open_output(options.output) as output, model.precision():
        write_answers(prediction.answers(answerer, batches, options), prediction.columns(answerer, options), output, options.format)
    return 0


def parsed(argv: Sequence[str], predictions: Mapping[str, Prediction]) -> argparse.Namespace:
    """Returns the options that the words of a command are.

    Args:
        argv: The words after `toolkit predict`.
        predictions: What each kind of task says of answers, by its name.

    Raises:
        UserError: An option is unknown, or its value is not what it should be.
    """
    return _parser(predictions).parse_args(argv)


def _parser(predictions: Mapping[str, Prediction]) -> Parser:
    parser = Parser(
        "toolkit predict",
        "Answer texts: words of the command line, the lines of a file, or of standard input.",
        usage="toolkit predict RUN [TEXT ...] [--OPTION VALUE ...]",
    )
    parser.add_argument("run", metavar="RUN", help="folder of a finished training run, or of an exported model")
    parser.add_argument("texts", metavar="TEXT", nargs="*", default=[], help="a text; with none, texts are read line by line")
    parser.add_argument(
        "--input",
        metavar="FILE",
        default="-",
        help="texts: a file, a folder of files or a pattern; a text per line, or per row of CSV, JSON or Parquet; gzipped or not; "
        "`-` for the lines of standard input (the default)",
    )
    parser.add_argument("--text-column", metavar="NAME", help="column of the text in a table, by its name or number")
    parser.add_argument("--skip-bad", action="store_true", help="leave out lines and files that cannot be read, and say which")
    parser.add_argument(
        "--output", metavar="FILE", default="-", help="file to write, with --engine a folder; `-` for standard output (the default)"
    )
    parser.add_argument(
        "--format", type=one_of(FORMATS), metavar=f"{{{','.join(FORMATS)}}}", default="text", help="text, the default, csv or jsonl"
    )
    parser.add_argument("--json", dest="format", action="store_const", const="jsonl", help="the same as --format jsonl")
    sizes = ", ".join(f"{prediction.batch_size} to {prediction.does}" for prediction in predictions.values())
    parser.add_argument("--batch-size", type=int, metavar="N", help=f"texts answered at once (default: {sizes}; 1 on a terminal)")
    parser.set_defaults(first=1)
    engines = parser.add_argument_group("many processes or machines")
    engines.add_argument("--engine", type=one_of(tuple(ENGINES)), metavar=f"{{{','.join(ENGINES)}}}", help="what spreads the work")
    engines.add_argument("--master", metavar="URL", help="its master, such as spark://host:7077 (default: the cores of this machine)")
    engines.add_argument("--keep-order", action="store_true", help="number and order the answers exactly as one process does")
    groups: dict[tuple[str, ...], Any] = {}
    for option in _all_options(predictions):
        kinds = tuple(name for name, prediction in predictions.items() if option in prediction.options)
        if kinds not in groups:
            groups[kinds] = parser.add_argument_group(" and ".join(kinds).replace("_", " "))
        described = predictions[kinds[0]].options[option].described
        groups[kinds].add_argument(flag(option), **{**described, "help": _help(predictions, option, kinds)})
    return parser


def _help(predictions: Mapping[str, Prediction], option: str, kinds: Sequence[str]) -> str:
    """Returns what an option does; if several kinds have it, for each."""
    texts = [predictions[kind].options[option].help for kind in kinds]
    if len(kinds) == 1:
        return texts[0]
    return "; ".join(f"{kind.replace('_', ' ')}: {text}" for kind, text in zip(kinds, texts, strict=True))


def _refuse_others(predictions: Mapping[str, Prediction], prediction: Prediction, options: argparse.Namespace) -> None:
    """Refuses the options that only runs of other kinds have."""
    for option in given(options, _all_options(predictions, but=prediction.options)):
        others = [other.answered_by for other in predictions.values() if option in map(flag, other.options)]
        raise UserError(f"{option}: expected {' or '.join(others)}, received {options.run}, {prediction.answered_by}")


def _all_options(predictions: Mapping[str, Prediction], but: Collection[str] = ()) -> list[str]:
    """Returns the names of the options of all kinds, each once, but for some."""
    return [option for option in dict.fromkeys(itertools.chain(*(each.options for each in predictions.values()))) if option not in but]
