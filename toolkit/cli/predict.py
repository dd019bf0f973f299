"""`toolkit predict`."""

import argparse
import contextlib
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import IO

from toolkit.cli.recipes import open_task
from toolkit.errors import UserError
from toolkit.quiet import native_notices_hidden
from toolkit.run_folder import RunFolder, writing

FORMATS = ("text", "csv", "jsonl")


def run(argv: Sequence[str]) -> int:
    """Labels texts."""
    parser = argparse.ArgumentParser(
        "toolkit predict",
        description="Label texts: words of the command line, the lines of a file, or of standard input.",
        allow_abbrev=False,
    )
    parser.add_argument("run", metavar="RUN", help="folder of a finished training run, or of an exported model")
    parser.add_argument("texts", metavar="TEXT", nargs="*", help="a text; with none, texts are read line by line")
    parser.add_argument("--input", metavar="FILE", default="-", help="file of texts, one per line; `-` for standard input (the default)")
    parser.add_argument("--output", metavar="FILE", default="-", help="file to write; `-` for standard output (the default)")
    parser.add_argument("--format", choices=FORMATS, default="text", help="text (label, probability, text), csv or jsonl")
    parser.add_argument("--json", dest="format", action="store_const", const="jsonl", help="the same as --format jsonl")
    parser.add_argument("--batch-size", type=int, default=128, help="texts labeled at once (default: 128; 1 on a terminal)")
    options = parser.parse_args(argv)
    if options.batch_size < 1:
        raise UserError(f"--batch-size: expected at least 1, received {options.batch_size}")
    if options.texts and options.input != "-":
        raise UserError(f"expected texts or --input, received both: {len(options.texts)} texts and --input {options.input}")
    if not options.texts and options.input == "-" and sys.stdin.isatty():
        print("reading texts from the terminal, one per line; end with Ctrl-D", file=sys.stderr)
        options.batch_size = 1

    predictor = _predictor(Path(options.run))
    from toolkit.serving.output import write_predictions
    from toolkit.serving.streaming import predict_lines

    with _lines(options.texts, options.input) as lines, _output(options.output) as output:
        write_predictions(predict_lines(predictor, lines, options.batch_size), output, options.format, predictor.label_names)
    return 0


def _predictor(path: Path):
    """Opens a run, or an export: the folder of a model, of a version, or `litert/` of a version."""
    if RunFolder(path).config.is_file() or not path.is_dir():
        return open_task(str(path)).predictor()
    from toolkit.serving.artefact import open_artefact

    with native_notices_hidden():
        return open_artefact(path)


@contextlib.contextmanager
def _lines(texts: Sequence[str], path: str) -> Iterator[Iterator[str]]:
    if texts:
        yield iter(texts)
        return
    name = "standard input" if path == "-" else path
    try:
        with open(sys.stdin.fileno() if path == "-" else path, "rb", closefd=path != "-") as file:
            yield _decoded(file, name)
    except OSError as error:
        raise UserError(f"{name}: expected a file of texts, but it cannot be read ({error.strerror})") from error


def _decoded(file: IO[bytes], name: str) -> Iterator[str]:
    """Yields the lines without their ends; says which one is not UTF-8."""
    for number, line in enumerate(file, start=1):
        try:
            yield line.rstrip(b"\r\n").decode("utf-8-sig" if number == 1 else "utf-8")
        except UnicodeDecodeError as error:
            raise UserError(
                f"{name}:{number}: expected UTF-8, received byte 0x{line[error.start]:02x}; convert the file to UTF-8 first"
            ) from error


@contextlib.contextmanager
def _output(path: str) -> Iterator[IO[str]]:
    if path == "-":
        yield sys.stdout
        sys.stdout.flush()
        return
    temporary = Path(f"{path}.writing")
    with writing(Path(path)):
        try:
            with temporary.open("w", encoding="utf-8", newline="") as file:
                yield file
            temporary.replace(path)
        finally:
            temporary.unlink(missing_ok=True)
