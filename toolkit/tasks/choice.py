"""What is chosen for the data that were read."""

from collections.abc import Iterable
from typing import Any, NamedTuple


class Choice(NamedTuple):
    """The value of a setting that nobody has given.

    Attributes:
        value: What it is.
        reason: Why, in a clause.
    """

    value: Any
    reason: str


def characters_of(texts: Iterable[str]) -> tuple[int, int]:
    """Returns how many characters texts have, and how many different ones.

    Args:
        texts: The texts, or parts of them.
    """
    number, different = 0, set()
    for text in texts:
        number += len(text)
        different.update(text)
    return number, len(different)


def in_hundreds(number: float) -> int:
    """Returns a number rounded to hundreds, for a size that nobody has asked for to the last digit."""
    return 100 * round(number / 100)
