"""Names the file when what is in it makes a library fail."""

import contextlib
from collections.abc import Iterator
from pathlib import Path

from toolkit.errors import UserError


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
        raise UserError(f"{path}: expected {expected}, but it cannot be read ({reason(error)})") from error


def reason(error: Exception) -> str:
    """Returns the first line of what an error says, or what it is called if it says nothing."""
    return (str(error).strip() or type(error).__name__).splitlines()[0][:300]
