"""Words of the command line or of a file of options, and values from Python, as settings. What one must be is said in plain words."""

import difflib
import math
import numbers
import os
from argparse import ArgumentTypeError
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from types import NoneType, UnionType
from typing import Any, Literal, Union, get_args, get_origin

from toolkit.errors import UserError

RECEIVED_SHOWN = 100  # characters of a value from Python
_TRUTHS = {"true": True, "yes": True, "on": True, "false": False, "no": False, "off": False}


def whole_number(text: str) -> int:
    """Reads a whole number.

    Raises:
        ArgumentTypeError: It is none.
    """
    try:
        return int(text)
    except ValueError as error:
        raise ArgumentTypeError(f"expected a whole number, received {text!r}") from error


def number(text: str) -> float:
    """Reads a finite number.

    Raises:
        ArgumentTypeError: It is none.
    """
    try:
        value = float(text)
    except ValueError as error:
        raise ArgumentTypeError(f"expected a number, received {text!r}") from error
    if not math.isfinite(value):
        raise ArgumentTypeError(f"expected a finite number, received {text!r}")
    return value


def truth(text: str) -> bool:
    """Reads `true` or `false`, or what YAML takes for them.

    Raises:
        ArgumentTypeError: It is neither.
    """
    if text.lower() not in _TRUTHS:
        raise ArgumentTypeError(f"expected true or false, received {text!r}")
    return _TRUTHS[text.lower()]


def one_of(names: Sequence[str]) -> Callable[[str], str]:
    """Returns what reads one of some names, and says for another which was meant."""

    def read(text: str) -> str:
        if text in names:
            return text
        near = nearest(text, names)
        advice = f"; did you mean {near}?" if near else ""
        raise ArgumentTypeError(f"expected one of {', '.join(names)}, received {text!r}{advice}")

    return read


def nearest(word: str, known: Sequence[str]) -> str | None:
    """Returns the known word that was meant: a near one, or the only one that begins so."""
    near = difflib.get_close_matches(word, known, n=1, cutoff=0.7)
    begun = [each for each in known if each.startswith(word)]
    return near[0] if near else begun[0] if len(begun) == 1 else None


def in_a_line(value: Any) -> str:
    """Returns how a value from Python looks, be it a large one of many lines."""
    text = " ".join(repr(value).split())
    return text if len(text) <= RECEIVED_SHOWN else f"{text[:RECEIVED_SHOWN]}…"


@dataclass(frozen=True)
class Kind:
    """What the annotation of a setting stands for.

    Attributes:
        parse: Makes a value of a word; raises `ArgumentTypeError`.
        metavar: What the help shows in its place.
        types: What it may be in Python.
        expected: The same in words.
        nothing: Words of no value, if there may be none.
    """

    parse: Callable[[str], Any]
    metavar: str
    types: tuple[type, ...]
    expected: str
    nothing: tuple[str, ...] = ()

    def read(self, text: str) -> Any:
        """Makes a value of a word.

        Raises:
            ArgumentTypeError: It is not what it should be.
        """
        return None if text.lower() in self.nothing else self.parse(text)

    def take(self, value: Any) -> Any:
        """Checks a value from Python; returns it as a word of that meaning gives it, such as a path as a string.

        Raises:
            ArgumentTypeError: It is not what it should be.
        """
        if value is None and self.nothing:
            return None
        if not isinstance(value, self.types) or (isinstance(value, bool) and bool not in self.types):
            raise ArgumentTypeError(f"expected {self.expected}, received {in_a_line(value)}")
        return self.parse(str(value))


_PLAIN = {
    int: Kind(whole_number, "N", (numbers.Integral,), "a whole number"),
    float: Kind(number, "NUMBER", (numbers.Real,), "a number"),
    bool: Kind(truth, "{true,false}", (bool,), "true or false"),
    str: Kind(str, "TEXT", (str, os.PathLike), "a text"),
}


def kind_of(annotation: Any) -> Kind:
    """Returns how a setting is read.

    Args:
        annotation: `int`, `float`, `bool`, `str`, a `Literal` of strings, or one of these `| None`.

    Raises:
        TypeError: It is something else.
    """
    if annotation in _PLAIN:
        return _PLAIN[annotation]
    if get_origin(annotation) is Literal and all(isinstance(name, str) for name in get_args(annotation)):
        names = get_args(annotation)
        return Kind(one_of(names), f"{{{','.join(names)}}}", (str,), f"one of {', '.join(names)}")
    if get_origin(annotation) in (Union, UnionType):
        others = [each for each in get_args(annotation) if each is not NoneType]
        if len(others) == 1:
            nothing = ("null", "none") if others[0] in (int, float) else ("null",)  # "none" may be the name of a column
            return replace(kind_of(others[0]), nothing=nothing)
    raise TypeError(f"A setting must be int, float, bool, str, a Literal of strings, or one of these or None. Received: {annotation}")


def take(kinds: Mapping[str, Any], values: Mapping[str, Any], what: str) -> dict[str, Any]:
    """Returns values from Python, by name, checked as words of the command line are.

    Args:
        kinds: What there is: a `Kind` of each, or what has its `take`.
        values: What was given.
        what: What one of them is called, such as `"setting"`.

    Raises:
        UserError: One is unknown, or is not what it should be.
    """
    taken = {}
    for name, value in values.items():
        if name not in kinds:
            near = nearest(name, [*kinds])
            raise UserError(f"unknown {what} {name}; {f'did you mean {near}?' if near else 'expected one of ' + ', '.join(kinds)}")
        try:
            taken[name] = kinds[name].take(value)
        except ArgumentTypeError as error:
            raise UserError(f"{name}: {error}") from error
    return taken
