"""The `toolkit` command: one file per subcommand, imported when it is asked for."""

import difflib
import importlib
import os
import sys
from collections.abc import Sequence

from toolkit.errors import UserError

COMMANDS = {
    "list": "list the recipes and their presets",
    "train": "train a recipe, or go on where a training was interrupted",
    "evaluate": "measure a trained model on its test split or on other data",
    "predict": "label, translate or continue texts from the command line, a file or standard input",
    "export": "write a trained model as SavedModel and LiteRT, verified",
    "serve": "answer requests over HTTP with an exported model",
}

USAGE = """\
usage: toolkit COMMAND ...

Recurrent networks for text, from raw strings to a deployed model.

commands:
{commands}

toolkit COMMAND --help says more. Start with: toolkit train sentiment
"""


def main(argv: Sequence[str] | None = None) -> int:
    """Runs the command line.

    Args:
        argv: The words after `toolkit`; those of this process by default.

    Returns:
        The exit code: 0, 2 for a user's mistake, 130 if interrupted.
    """
    argv = [*(sys.argv[1:] if argv is None else argv)]  # `list` is a subcommand here, once it is imported
    if not argv or argv[0] in ("-h", "--help"):
        print(USAGE.format(commands="\n".join(f"  {name:<10}{summary}" for name, summary in COMMANDS.items())), end="")
        return 0 if argv else 2
    if argv[0] == "--version":
        from toolkit import __version__

        print(__version__)
        return 0
    # TensorFlow's notices about the processor are not ours to print; its errors are.
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    try:
        return _run(argv[0], argv[1:])
    except UserError as error:
        print(f"toolkit: error: {error}", file=sys.stderr)
        return 2
    except KeyboardInterrupt as interruption:
        print(f"\ntoolkit: {str(interruption) or 'interrupted'}", file=sys.stderr)
        return 130
    except BrokenPipeError:
        # The reader, such as `head`, has what it wanted. Keep Python from complaining when it flushes standard output at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0


def _run(command: str, argv: Sequence[str]) -> int:
    if command not in COMMANDS:
        near = difflib.get_close_matches(command, COMMANDS, n=1)
        advice = f"did you mean {near[0]}?" if near else f"expected one of: {', '.join(COMMANDS)}"
        raise UserError(f'"{command}" is no command; {advice}')
    return importlib.import_module(f"toolkit.cli.{command}").run(argv)
