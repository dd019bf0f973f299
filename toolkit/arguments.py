"""Checks of the arguments of layers, models and decoding, in Keras's style."""

import math
import numbers


def check_integer(name: str, value, lowest: int, highest: int | None = None) -> None:
    """Refuses what is no integer from `lowest` to `highest`.

    Args:
        name: The argument's name.
        value: What was given for it.
        lowest: Smallest that is allowed.
        highest: Largest that is allowed, if there is one.

    Raises:
        ValueError: It is something else.
    """
    whole = isinstance(value, numbers.Integral) and not isinstance(value, bool)
    if not whole or value < lowest or (highest is not None and value > highest):
        allowed = f"of at least {lowest}" if highest is None else f"from {lowest} to {highest}"
        raise ValueError(f"Argument `{name}` must be an integer {allowed}. Received: {name}={value!r}")


def check_not_negative(name: str, value) -> None:
    """Refuses what is no finite number of at least 0.

    Args:
        name: The argument's name.
        value: What was given for it.

    Raises:
        ValueError: It is something else.
    """
    if not _is_number(value) or value < 0:
        raise ValueError(f"Argument `{name}` must be a finite number of at least 0. Received: {name}={value!r}")


def check_fraction(name: str, value) -> None:
    """Refuses what is no number in (0, 1].

    Args:
        name: The argument's name.
        value: What was given for it.

    Raises:
        ValueError: It is something else.
    """
    if not _is_number(value) or not 0 < value <= 1:
        raise ValueError(f"Argument `{name}` must be a number greater than 0 and at most 1. Received: {name}={value!r}")


def check_positive_integer(name: str, value) -> None:
    """Refuses what is no integer above 0.

    Args:
        name: The argument's name.
        value: What was given for it.

    Raises:
        ValueError: It is something else.
    """
    if isinstance(value, bool) or not isinstance(value, int) or value < 1:
        raise ValueError(f"Argument `{name}` must be a positive integer. Received: {name}={value!r}")


def check_positive(name: str, value) -> None:
    """Refuses what is no finite number above 0.

    Args:
        name: The argument's name.
        value: What was given for it.

    Raises:
        ValueError: It is something else.
    """
    if not _is_number(value) or value <= 0:
        raise ValueError(f"Argument `{name}` must be a positive number. Received: {name}={value!r}")


def check_rate(name: str, value) -> None:
    """Refuses what is no number in [0, 1), such as a dropout rate.

    Args:
        name: The argument's name.
        value: What was given for it.

    Raises:
        ValueError: It is something else.
    """
    if not _is_number(value) or not 0 <= value < 1:
        raise ValueError(f"Argument `{name}` must be at least 0 and below 1. Received: {name}={value!r}")


def _is_number(value) -> bool:
    return isinstance(value, numbers.Real) and not isinstance(value, bool) and math.isfinite(value)
