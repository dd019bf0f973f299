"""`toolkit predict`."""

import argparse
import itertools
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import IO, Any

from toolkit.cli.decoding_options import TRANSLATION_OPTIONS, add_decoding_options, as_user_errors, given, search_of
from toolkit.cli.language_model import LANGUAGE_MODEL_OPTIONS, add_language_model_options, answer, prepare
from toolkit.cli.lines import open_lines, open_output
from toolkit.cli.parser import Parser
from toolkit.cli.recipes import open_task
from toolkit.cli.streams import require_input, require_output
from toolkit.cli.translation import score, translate
from toolkit.cli.values import one_of
from toolkit.errors import UserError
from toolkit.quiet import native_notices_hidden
from toolkit.run_folder import RunFolder
from toolkit.serving.records import FORMATS

BATCH_SIZES = {"classification": 128, "translation": 64, "language_model": 32}
BATCHES_OF_FILE = 20  # translated or scored together, so that texts of similar length meet
OPTIONS = {"translation": TRANSLATION_OPTIONS, "language_model": LANGUAGE_MODEL_OPTIONS}  # of each kind of run
RUNS = {"translation": "a run that translates", "language_model": "a run of a language model"}


def run(argv: Sequence[str]) -> int:
    """Labels, translates or continues texts."""
    options = _parser().parse_args(argv)
    if options.batch_size is not None and options.batch_size < 1:
        raise UserError(f"--batch-size: expected at least 1, received {options.batch_size}")
    if options.texts and options.input != "-":
        raise UserError(f"expected texts or --input, received both: {len(options.texts)} texts and --input {options.input}")
    _require_streams(options)
    predictor = _predictor(options)
    kind = "translation" if hasattr(predictor, "translate") else "language_model" if hasattr(predictor, "generate") else "classification"
    batch_size = options.batch_size or BATCH_SIZES[kind]
    together = BATCHES_OF_FILE if kind == "translation" or options.score else 1
    with open_lines(options.texts, options.input, batch_size, together) as batches, open_output(options.output) as output:
        if kind == "classification":
            _label(predictor, batches, output, options)
        elif kind == "language_model":
            answer(predictor, batches, output, options)
        elif options.score is not None:
            score(predictor, batches, output, options)
        else:
            translate(predictor, batches, output, options)
    return 0


def _parser() -> Parser:
    parser = Parser(
        "toolkit predict",
        "Label, translate or continue texts: words of the command line, the lines of a file, or of standard input.",
        usage="toolkit predict RUN [TEXT ...] [--OPTION VALUE ...]",
    )
    parser.add_argument("run", metavar="RUN", help="folder of a finished training run, or of an exported model")
    parser.add_argument("texts", metavar="TEXT", nargs="*", default=[], help="a text; with none, texts are read line by line")
    parser.add_argument("--input", metavar="FILE", default="-", help="file of texts, one per line; `-` for standard input (the default)")
    parser.add_argument("--output", metavar="FILE", default="-", help="file to write; `-` for standard output (the default)")
    parser.add_argument(
        "--format", type=one_of(FORMATS), metavar=f"{{{','.join(FORMATS)}}}", default="text", help="text, the default, csv or jsonl"
    )
    parser.add_argument("--json", dest="format", action="store_const", const="jsonl", help="the same as --format jsonl")
    sizes = "128 texts to label, 64 to translate, 32 to write on from; 1 on a terminal"
    parser.add_argument("--batch-size", type=int, metavar="N", help=f"texts answered at once (default: {sizes})")
    add_decoding_options(parser)
    add_language_model_options(parser)
    return parser


def _require_streams(options: argparse.Namespace) -> None:
    """Refuses streams that are closed before a model is loaded for them."""
    if options.output == "-":
        require_output()
    if not options.texts and options.input == "-" and not isinstance(options.score, str):
        require_input()


def _predictor(options: argparse.Namespace) -> Any:
    """Opens a run, or an export: the folder of a model, of a version, `litert/` of a version, or a file there."""
    path = Path(options.run)
    if RunFolder(path).config.is_file() or not (path.is_dir() or path.suffix == ".tflite"):
        task = open_task(options.run)
        _refuse_others(options, task.kind)
        if task.kind == "translation":
            return _translator(task, options)
        if task.kind == "language_model":
            prepare(options)
        return task.predictor()
    return _open_export(path, options)


def _open_export(path: Path, options: argparse.Namespace) -> Any:
    from toolkit.serving.artefact import open_artefact

    with native_notices_hidden():
        predictor = open_artefact(path)
    writes = hasattr(predictor, "generate")
    answered = LANGUAGE_MODEL_OPTIONS if writes else ()
    for option in given(options, {*TRANSLATION_OPTIONS, *LANGUAGE_MODEL_OPTIONS} - {*answered}):
        raise UserError(f"{option}: expected a run, received {options.run}, an exported model, which was exported without that")
    if writes:
        prepare(options)
    return predictor


def _translator(task: Any, options: argparse.Namespace) -> Any:
    if options.score is True:
        raise UserError("--score: expected a file of translations, received none")
    if options.score is not None and len(others := given(options)) > 1:
        raise UserError(f"{others[0]}: expected no --score with it, which translates nothing, received both")
    search = search_of(options, task.search)
    translator = as_user_errors(lambda: task.predictor(search=search, copy_unknown=options.copy_unknown))
    translator.batch_size = options.batch_size or BATCH_SIZES["translation"]
    return translator


def _refuse_others(options: argparse.Namespace, kind: str) -> None:
    """Refuses the options that only runs of other kinds have."""
    for names in OPTIONS.values():
        for option in given(options, [name for name in names if name not in OPTIONS.get(kind, ())]):
            expected = " or ".join(RUNS[other] for other in OPTIONS if option in given(options, OPTIONS[other]))
            raise UserError(f"{option}: expected {expected}, received {options.run}, {RUNS.get(kind, 'one that labels texts')}")


def _label(predictor: Any, batches: Iterator[list[str]], output: IO[str], options: argparse.Namespace) -> None:
    from toolkit.serving.output import write_predictions
    from toolkit.serving.streaming import predict_lines

    predictions = itertools.chain.from_iterable(predict_lines(predictor, batch, len(batch)) for batch in batches)
    write_predictions(predictions, output, options.format, predictor.label_names)
