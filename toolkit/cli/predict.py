"""`toolkit predict`."""

import argparse
import itertools
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import IO, Any

from toolkit.cli.decoding_options import add_decoding_options, as_user_errors, given_options, search_of
from toolkit.cli.lines import open_lines, open_output
from toolkit.cli.recipes import open_task
from toolkit.cli.translation import score, translate
from toolkit.errors import UserError
from toolkit.quiet import native_notices_hidden
from toolkit.run_folder import RunFolder

FORMATS = ("text", "csv", "jsonl")
BATCH_SIZES = {"classification": 128, "translation": 64}
BATCHES_OF_FILE = 20  # translated together, so that texts of similar length meet


def run(argv: Sequence[str]) -> int:
    """Labels or translates texts."""
    options = _parser().parse_args(argv)
    if options.batch_size is not None and options.batch_size < 1:
        raise UserError(f"--batch-size: expected at least 1, received {options.batch_size}")
    if options.texts and options.input != "-":
        raise UserError(f"expected texts or --input, received both: {len(options.texts)} texts and --input {options.input}")
    predictor = _predictor(options)
    kind = "translation" if hasattr(predictor, "translate") else "classification"
    batch_size = options.batch_size or BATCH_SIZES[kind]
    together = BATCHES_OF_FILE if kind == "translation" else 1
    with open_lines(options.texts, options.input, batch_size, together) as batches, open_output(options.output) as output:
        if kind == "classification":
            _label(predictor, batches, output, options)
        elif options.score is not None:
            score(predictor, batches, output, options)
        else:
            translate(predictor, batches, output, options)
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        "toolkit predict",
        description="Label or translate texts: words of the command line, the lines of a file, or of standard input.",
        allow_abbrev=False,
    )
    parser.add_argument("run", metavar="RUN", help="folder of a finished training run, or of an exported model")
    parser.add_argument("texts", metavar="TEXT", nargs="*", help="a text; with none, texts are read line by line")
    parser.add_argument("--input", metavar="FILE", default="-", help="file of texts, one per line; `-` for standard input (the default)")
    parser.add_argument("--output", metavar="FILE", default="-", help="file to write; `-` for standard output (the default)")
    parser.add_argument("--format", choices=FORMATS, default="text", help="text (label, probability, text; or translation), csv or jsonl")
    parser.add_argument("--json", dest="format", action="store_const", const="jsonl", help="the same as --format jsonl")
    sizes = "128 texts to label, 64 to translate; 1 on a terminal"
    parser.add_argument("--batch-size", type=int, help=f"texts answered at once (default: {sizes})")
    add_decoding_options(parser)
    return parser


def _predictor(options: argparse.Namespace) -> Any:
    """Opens a run, or an export: the folder of a model, of a version, or `litert/` of a version."""
    path = Path(options.run)
    if RunFolder(path).config.is_file() or not path.is_dir():
        task = open_task(options.run)
        if task.kind == "translation":
            return _translator(task, options)
        _refuse(options, "a run that translates", "one that labels texts")
        return task.predictor()
    from toolkit.serving.artefact import open_artefact

    _refuse(options, "a run", "an exported model, which answers in the one way it was exported with")
    with native_notices_hidden():
        return open_artefact(path)


def _translator(task: Any, options: argparse.Namespace) -> Any:
    if options.score is not None and len(given := given_options(options)) > 1:
        raise UserError(f"{given[0]}: expected no --score with it, which translates nothing, received both")
    search = search_of(options, task.search)
    translator = as_user_errors(lambda: task.predictor(search=search, copy_unknown=options.copy_unknown))
    translator.batch_size = options.batch_size or BATCH_SIZES["translation"]
    return translator


def _refuse(options: argparse.Namespace, expected: str, received: str) -> None:
    for option in given_options(options):
        raise UserError(f"{option}: expected {expected}, received {options.run}, {received}")


def _label(predictor: Any, batches: Iterator[list[str]], output: IO[str], options: argparse.Namespace) -> None:
    from toolkit.serving.output import write_predictions
    from toolkit.serving.streaming import predict_lines

    predictions = itertools.chain.from_iterable(predict_lines(predictor, batch, len(batch)) for batch in batches)
    write_predictions(predictions, output, options.format, predictor.label_names)
