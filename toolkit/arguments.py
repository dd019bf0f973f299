"""Checks of the arguments of layers, models and decoding, in Keras's style."""

import contextlib
import contextvars
import difflib
import math
import numbers
from collections.abc import Callable, Collection, Iterator
from typing import Any

from toolkit.errors import UserError

_spelling: contextvars.ContextVar[Callable[[str], str]] = contextvars.ContextVar("spelling", default="`{}`".format)


class InvalidArgument(ValueError):
    """An argument that is not what it has to be. It reads as Keras's errors do; the command line tells it of the option of that name.

    Args:
        argument: Its name.
        expected: What it has to be, such as `"a positive integer"`.
        received: What was given for it.
        advice: What to do, if that is not plain.
    """

    def __init__(self, argument: str, expected: str, received: Any, advice: str = ""):
        do = f". {advice[:1].upper()}{advice[1:]}" if advice else ""
        super().__init__(f"Argument `{argument}` must be {expected}. Received: {argument}={received!r}{do}")
        self.argument = argument
        self.expected = expected
        self.received = received
        self.advice = advice

    def __reduce__(self):
        """Says how to make it again in another process; exceptions would give the message for the name."""
        return type(self), (self.argument, self.expected, self.received, self.advice)

    def told(self, name: str) -> str:
        """Returns the line about a user's mistake.

        Args:
            name: What the user knows the argument as, such as `"--units"`.
        """
        do = f"; {self.advice}" if self.advice else ""
        return f"{name}: expected {self.expected}, received {self.received!r}{do}"


def flag(name: str) -> str:
    """Returns an option, which a program knows by its name, as it is written on the command line."""
    return f"--{name.replace('_', '-')}"


def option(name: str) -> str:
    """Returns an argument as messages about others mention it: `` `units` ``, or `--units` while a command runs."""
    return _spelling.get()(name)


@contextlib.contextmanager
def arguments_are_options() -> Iterator[None]:
    """Lets messages mention arguments as options of a command line."""
    before = _spelling.set(flag)
    try:
        yield
    finally:
        _spelling.reset(before)


@contextlib.contextmanager
def naming_options(names: Collection[str], **called: str) -> Iterator[None]:
    """Tells an argument that is not what it has to be as the mistake of a user, who has given it as an option or a keyword.

    Args:
        names: Arguments that are options. An error of another argument is none of the user's, and passes as it is.
        **called: What a user knows an argument as if that is not its name, nor `--name` while a command runs: such as a line of a file.

    Raises:
        UserError: One of these arguments was refused.
    """
    try:
        yield
    except InvalidArgument as error:
        if error.argument not in names:
            raise
        raise UserError(error.told(called.get(error.argument, option(error.argument).strip("`")))) from error


@contextlib.contextmanager
def passing_on(**names: str) -> Iterator[None]:
    """Tells an argument that is not what it has to be by the name under which it was given here.

    Args:
        **names: By what it is passed on as, what it is called here, as in `passing_on(smoothing="label_smoothing")`.
    """
    try:
        yield
    except InvalidArgument as error:
        if error.argument not in names:
            raise
        raise InvalidArgument(names[error.argument], error.expected, error.received, error.advice) from error


def check_integer(name: str, value, lowest: int, highest: int | None = None) -> None:
    """Refuses what is no integer from `lowest` to `highest`.

    Args:
        name: The argument's name.
        value: What was given for it.
        lowest: Smallest that is allowed.
        highest: Largest that is allowed, if there is one.

    Raises:
        InvalidArgument: It is something else.
    """
    whole = isinstance(value, numbers.Integral) and not isinstance(value, bool)
    if not whole or value < lowest or (highest is not None and value > highest):
        allowed = f"of at least {lowest}" if highest is None else f"from {lowest} to {highest}"
        raise InvalidArgument(name, f"an integer {allowed}", value)


def check_not_negative(name: str, value) -> None:
    """Refuses what is no finite number of at least 0.

    Args:
        name: The argument's name.
        value: What was given for it.

    Raises:
        InvalidArgument: It is something else.
    """
    if not _is_number(value) or value < 0:
        raise InvalidArgument(name, "a finite number of at least 0", value)


def check_fraction(name: str, value) -> None:
    """Refuses what is no number in (0, 1].

    Args:
        name: The argument's name.
        value: What was given for it.

    Raises:
        InvalidArgument: It is something else.
    """
    if not _is_number(value) or not 0 < value <= 1:
        raise InvalidArgument(name, "a number greater than 0 and at most 1", value)


def check_positive_integer(name: str, value) -> None:
    """Refuses what is no integer above 0.

    Args:
        name: The argument's name.
        value: What was given for it.

    Raises:
        InvalidArgument: It is something else.
    """
    if isinstance(value, bool) or not isinstance(value, int) or value < 1:
        raise InvalidArgument(name, "a positive integer", value)


def check_positive(name: str, value) -> None:
    """Refuses what is no finite number above 0.

    Args:
        name: The argument's name.
        value: What was given for it.

    Raises:
        InvalidArgument: It is something else.
    """
    if not _is_number(value) or value <= 0:
        raise InvalidArgument(name, "a positive number", value)


def check_rate(name: str, value) -> None:
    """Refuses what is no number in [0, 1), such as a dropout rate.

    Args:
        name: The argument's name.
        value: What was given for it.

    Raises:
        InvalidArgument: It is something else.
    """
    if not _is_number(value) or not 0 <= value < 1:
        raise InvalidArgument(name, "at least 0 and below 1", value)


def check_choice(name: str, value, choices: Collection[str]) -> None:
    """Refuses, by an `InvalidArgument`, what is none of the choices, and names one that is spelled like it."""
    if value not in choices:
        near = difflib.get_close_matches(str(value), choices, n=1)
        raise InvalidArgument(name, f"one of {', '.join(choices)}", value, f"did you mean {near[0]}?" if near else "")


def _is_number(value) -> bool:
    return isinstance(value, numbers.Real) and not isinstance(value, bool) and math.isfinite(value)
