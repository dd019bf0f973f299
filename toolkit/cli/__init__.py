"""The `toolkit` command: one file per subcommand, imported when it is asked for."""

import contextlib
import difflib
import functools
import importlib
import logging
import os
import signal
import sys
from collections.abc import Callable, Sequence
from types import FrameType
from typing import NoReturn

from toolkit.arguments import arguments_are_options
from toolkit.cli.streams import fill_closed_descriptors, standard_streams, write_what_the_encoding_lacks
from toolkit.errors import Terminated, UserError
from toolkit.quiet import native_notices_held_to_the_end
from toolkit.recipe import Recipe

COMMANDS = {
    "list": "list the recipes and their presets",
    "prepare": "clean, split and tokenize data once, for trainings to come",
    "train": "train a recipe, or go on where a training was interrupted",
    "distill": "train a model from the answers of finished runs",
    "evaluate": "measure a trained model on its test split or on other data",
    "predict": "answer texts of the command line, a file or standard input",
    "export": "write a trained model as SavedModel and LiteRT, verified",
    "inspect": "look inside: gates, gradients, cells, attention",
    "serve": "answer requests over HTTP with an exported model",
}

MISTAKE, INTERRUPTED, TERMINATED = 2, 130, 143  # exit codes; the latter two as shells have them, 128 and the number of the signal

USAGE = """\
usage: toolkit COMMAND ...

Recurrent networks for text and images, from raw strings and pictures to a deployed model.

commands:
{commands}

toolkit COMMAND --help says more. Start with: toolkit train sentiment
"""


def main(argv: Sequence[str] | None = None) -> int:
    """Runs the command line.

    Args:
        argv: The words after `toolkit`; those of this process by default, which it then is the whole of: notices of native libraries are
            held back to its end, and SIGTERM interrupts it.

    Returns:
        The exit code: 0, 2 for a user's mistake, 130 if interrupted, 143 if terminated.
    """
    return _as_program(_run) if argv is None else _guarded(functools.partial(_run, argv))


def run_recipe(recipe: Recipe) -> NoReturn:
    """Runs the file of a recipe as a program that takes the options of `toolkit train`: `python my_recipe.py [--OPTION VALUE ...]`.

    It stands at the end of the file, below `if __name__ == "__main__":`, so that the file can be imported, too.

    Args:
        recipe: The recipe.

    Raises:
        SystemExit: Always, with the exit code of the command.
    """
    from toolkit.cli.recipe_file import refuse_to_run_while_imported

    refuse_to_run_while_imported()
    sys.exit(_as_program(functools.partial(_train, recipe)))


def _as_program(command: Callable[[Sequence[str]], int]) -> int:
    """Runs a command with the words of this process, which it is the whole of."""
    fill_closed_descriptors()
    write_what_the_encoding_lacks()
    signal.signal(signal.SIGTERM, _terminate)
    with native_notices_held_to_the_end():
        _show_warnings()
        return _guarded(functools.partial(command, sys.argv[1:]))


def _guarded(command: Callable[[], int]) -> int:
    """Runs a command; turns what may go wrong into a line and an exit code."""
    # TensorFlow's notices about the processor are not ours to print; its errors are.
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    with standard_streams(), arguments_are_options():
        try:
            try:
                code = command()
            except SystemExit as end:  # of --help, and of a server that is asked to stop
                code = end.code or 0
            sys.stdout.flush()
            return code
        except UserError as error:
            return _say(f"error: {error}", MISTAKE)
        except KeyboardInterrupt as interruption:
            kind, code = ("terminated", TERMINATED) if isinstance(interruption, Terminated) else ("interrupted", INTERRUPTED)
            return _say(str(interruption) or kind, code)
        except BrokenPipeError:
            return 0  # the reader, such as `head`, has what it wanted


def _say(message: str, code: int) -> int:
    with contextlib.suppress(BrokenPipeError, UserError):
        sys.stdout.flush()  # what was written before comes before
    before = "\n" if code == INTERRUPTED and sys.stderr.isatty() else ""  # the terminal shows ^C
    print(f"{before}toolkit: {' '.join(message.splitlines())}", file=sys.stderr)
    return code


def _show_warnings() -> None:
    """Lets the toolkit's own log look as its errors do."""
    handler = logging.StreamHandler()
    handler.setFormatter(logging.Formatter("toolkit: %(levelname)s: %(message)s"))
    handler.addFilter(_in_lower_case)
    logging.getLogger("toolkit").addHandler(handler)


def _in_lower_case(record: logging.LogRecord) -> bool:
    record.levelname = record.levelname.lower()
    return True


def _terminate(number: int, frame: FrameType | None) -> None:
    raise Terminated


def _train(recipe: Recipe, argv: Sequence[str]) -> int:
    from toolkit.cli.recipes import find_recipe
    from toolkit.cli.train import run_recipe

    spec = sys.modules["__main__"].__spec__
    return run_recipe(find_recipe(recipe), f"python -m {spec.name}" if spec else f"python {sys.argv[0]}", argv)


def _run(argv: Sequence[str]) -> int:
    if not argv or argv[0] in ("-h", "--help"):
        print(USAGE.format(commands="\n".join(f"  {name:<10}{summary}" for name, summary in COMMANDS.items())), end="")
        return 0 if argv else 2
    if argv[0] == "--version":
        from toolkit import __version__

        print(__version__)
        return 0
    command, words = argv[0], [*argv[1:]]
    if command not in COMMANDS:
        near = difflib.get_close_matches(command, COMMANDS, n=1)
        advice = f"did you mean {near[0]}?" if near else f"expected one of: {', '.join(COMMANDS)}"
        raise UserError(f'"{command}" is no command; {advice}')
    return importlib.import_module(f"toolkit.cli.{command}").run(words)
