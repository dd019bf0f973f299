"""Keeps native libraries from writing notices to the terminal."""

import atexit
import contextlib
import faulthandler
import functools
import logging
import os
import sys
import tempfile
from collections.abc import Iterator
from typing import IO

from toolkit.errors import UserError


@contextlib.contextmanager
def native_notices_hidden() -> Iterator[None]:
    """Holds back what native code writes to file descriptor 2 in this context; an error that is a fault, not a user's mistake, shows it.

    TensorFlow, LiteRT and SentencePiece announce processor features and delegates there, and no setting of theirs stops it. What Python
    writes to standard error is shown as always.
    """
    notices = _Notices()
    try:
        with contextlib.redirect_stderr(notices.python):
            yield
    except (UserError, KeyboardInterrupt, SystemExit):
        raise  # says all that there is to say
    except BaseException:
        notices.show()
        raise
    finally:
        notices.release()


@contextlib.contextmanager
def native_notices_held_to_the_end() -> Iterator[None]:
    """The same for the rest of the process, as libraries write notices even when it ends.

    Who sets `TF_CPP_MIN_LOG_LEVEL` below 3 wants to see them, and does.
    """
    if os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3") < "3":
        yield
        return
    for name in ("absl", "tensorflow"):
        logging.getLogger(name).setLevel(logging.ERROR)
    notices = _Notices()
    sys.stderr = notices.python
    faulthandler.enable(notices.python)  # a crash of native code would otherwise say nothing
    try:
        yield
    except Exception:
        notices.show()
        raise


@functools.cache
def hide_native_notices_at_exit() -> None:
    """Holds back what native code writes when the process ends, after all that Python does then. What Python writes is shown."""
    atexit.register(_hold_notices)


def error_descriptor() -> int | None:
    """Returns the descriptor of standard error, if it has any, for the processes that this one starts: number 2 may be held back."""
    try:
        return sys.stderr.fileno()
    except (OSError, ValueError):
        return None


def _hold_notices() -> None:
    if sys.stderr is not None and os.environ.get("TF_CPP_MIN_LOG_LEVEL", "3") >= "3":
        sys.stderr = _Notices().python


class _Notices:
    """What is written to file descriptor 2 from now on goes to a file that nobody sees.

    Attributes:
        python: What `sys.stderr` has to be meanwhile.
    """

    def __init__(self) -> None:
        sys.stderr.flush()
        self._held = tempfile.TemporaryFile()  # noqa: SIM115 - `release` closes it, or the end of the process
        self._terminal = os.dup(2)
        self.python: IO[str] = sys.stderr
        if error_descriptor() == 2:
            # Never closed: a log that is set up meanwhile goes on writing to it.
            self.python = open(os.dup(2), "w", 1, sys.stderr.encoding, "backslashreplace")  # noqa: SIM115
        os.dup2(self._held.fileno(), 2)

    def show(self) -> None:
        """Shows what was held back."""
        self._held.seek(0)
        os.write(self._terminal, self._held.read())

    def release(self) -> None:
        """Gives the terminal back."""
        os.dup2(self._terminal, 2)
        os.close(self._terminal)
        self._held.close()
