"""Standard input, output and error of a command: whatever becomes of them, it is a line and not a traceback."""

import contextlib
import io
import os
import sys
from collections.abc import Iterator
from typing import Any, TextIO

from toolkit.errors import UserError

CLOSED_INPUT = "standard input: expected texts, but it is closed; give texts as words, or --input FILE"
CLOSED_OUTPUT = "standard output: expected an open one, but it is closed; redirect it to a file, or to /dev/null"


class Output:
    """A stream that text is written to, standard output or error.

    Args:
        stream: The stream; `None` if this process was started with it closed.
        lasting: Whether writing goes on, to nowhere, once nobody reads.
    """

    def __init__(self, stream: TextIO | None, lasting: bool = False):
        self._stream = stream
        self._lasting = lasting
        self._note = ""

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream, name)

    def outlive(self, note: str = "") -> None:
        """Goes on writing, to nowhere, once nobody reads; then `note` is said on standard error."""
        self._lasting, self._note = True, note
        if self._stream is None:
            self._stream = _Nowhere()

    def require(self) -> None:
        """Checks that it is open.

        Raises:
            UserError: It is not.
        """
        if self._stream is None:
            raise UserError(CLOSED_OUTPUT)

    def isatty(self) -> bool:
        """Whether somebody watches."""
        return self._stream is not None and self._stream.isatty()

    def write(self, text: str) -> int:
        """Writes text.

        Raises:
            BrokenPipeError: Nobody reads any more.
            UserError: It is closed, or it cannot be written.
        """
        self.require()
        with self._errors():
            self._stream.write(text)
        return len(text)

    def flush(self) -> None:
        """Writes what is held back; raises as `write` does."""
        if self._stream is not None:
            with self._errors():
                self._stream.flush()

    def abandon(self) -> None:
        """Lets all that is written from now on, and what was held back, go nowhere."""
        old, self._stream = self._stream, _Nowhere()
        with contextlib.suppress(OSError, ValueError), open(os.devnull, "wb") as nowhere:  # a stream of Python's alone has no descriptor
            os.dup2(nowhere.fileno(), old.fileno())

    @contextlib.contextmanager
    def _errors(self) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            if not self._lasting:
                self._refuse(error)
            self.abandon()
            if self._note:
                print(f"toolkit: {self._note}", file=sys.stderr)

    def _refuse(self, error: OSError) -> None:
        self.abandon()
        if isinstance(error, BrokenPipeError):
            raise error
        raise UserError(f"standard output: cannot be written ({error.strerror})") from error


@contextlib.contextmanager
def standard_streams() -> Iterator[None]:
    """Puts an `Output` in the place of standard output and of standard error."""
    output = Output(sys.stdout)
    with contextlib.redirect_stdout(output), contextlib.redirect_stderr(Output(sys.stderr, lasting=True)):
        yield


def outlive_readers(note: str) -> None:
    """Lets the command go on when nobody reads standard output any more, because what it does is more than what it writes.

    Args:
        note: Said on standard error then.
    """
    if isinstance(sys.stdout, Output):
        sys.stdout.outlive(note)


def require_output() -> None:
    """Checks that standard output is open, before any work whose only result is written there.

    Raises:
        UserError: It is closed.
    """
    if isinstance(sys.stdout, Output):
        sys.stdout.require()


def require_input() -> None:
    """Checks that standard input is open.

    Raises:
        UserError: It is not.
    """
    if sys.stdin is None:
        raise UserError(CLOSED_INPUT)


def fill_closed_descriptors() -> None:
    """Opens /dev/null in the place of standard streams that are closed: else a file of ours would get their number, and notices in it."""
    for descriptor in (0, 1, 2):
        try:
            os.fstat(descriptor)
        except OSError:
            os.open(os.devnull, os.O_RDWR)  # gets the lowest number that is free
    if sys.stderr is None:
        sys.stderr = open(2, "w", encoding="utf-8", closefd=False)  # noqa: SIM115 - as Python does at the start


def write_what_the_encoding_lacks() -> None:
    """Lets characters that standard output's encoding lacks be written as escapes, so that they do not end a command."""
    if isinstance(sys.stdout, io.TextIOWrapper) and sys.stdout.errors == "strict":
        sys.stdout.reconfigure(errors="backslashreplace")


class _Nowhere(io.TextIOBase):
    """Takes what nobody reads."""

    def write(self, text: str) -> int:
        return len(text)
