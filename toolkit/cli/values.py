"""Words of the command line, or of a file of options, as values. What a word must be is said in plain words."""

import difflib
import math
from argparse import ArgumentTypeError
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from types import NoneType, UnionType
from typing import Any, Literal, Union, get_args, get_origin

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


@dataclass(frozen=True)
class Kind:
    """What the annotation of a setting stands for on the command line.

    Attributes:
        read: Makes a value of a word; raises `ArgumentTypeError`.
        metavar: What the help shows in its place.
        optional: Whether it may be nothing, `null`.
    """

    read: Callable[[str], Any]
    metavar: str
    optional: bool = False


_PLAIN = {int: Kind(whole_number, "N"), float: Kind(number, "NUMBER"), bool: Kind(truth, "{true,false}"), str: Kind(str, "TEXT")}


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
        return Kind(one_of(get_args(annotation)), f"{{{','.join(get_args(annotation))}}}")
    if get_origin(annotation) in (Union, UnionType):
        others = [each for each in get_args(annotation) if each is not NoneType]
        if len(others) == 1:
            return _or_nothing(others[0])
    raise TypeError(f"A setting must be int, float, bool, str, a Literal of strings, or one of these or None. Received: {annotation}")


def _or_nothing(annotation: Any) -> Kind:
    kind = kind_of(annotation)
    nothing = ("null", "none") if annotation in (int, float) else ("null",)  # "none" may be the name of a column

    def read(text: str) -> Any:
        return None if text.lower() in nothing else kind.read(text)

    return Kind(read, kind.metavar, optional=True)
