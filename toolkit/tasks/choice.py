"""What is chosen for the data that were read."""

from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

from toolkit.operating_system import multiplies_bfloat16


class Choice(NamedTuple):
    """The value of a setting that nobody has given.

    Attributes:
        value: What it is.
        reason: Why, in a clause.
    """

    value: Any
    reason: str


class Characters(NamedTuple):
    """What is counted of texts.

    Attributes:
        number: How many characters they have.
        different: Those that occur.
    """

    number: int
    different: frozenset[str]

    @classmethod
    def of(cls, texts: Iterable[str]) -> "Characters":
        """Counts the characters of texts, or of parts of them."""
        number, different = 0, set()
        for text in texts:
            number += len(text)
            different.update(text)
        return cls(number, frozenset(different))

    @classmethod
    def merge(cls, counts: Sequence["Characters"]) -> "Characters":
        """Returns what several counts are together."""
        return cls(sum(count.number for count in counts), frozenset().union(*(count.different for count in counts)))


def precision_choice() -> Choice:
    """Returns in what large matrices are multiplied in training: in bfloat16 where the processor does that faster."""
    if multiplies_bfloat16():
        return Choice("bfloat16", "this processor has instructions for products of bfloat16")
    return Choice("float32", "this processor has no instructions for products of bfloat16")


def in_hundreds(number: float) -> int:
    """Returns a number rounded to hundreds, for a size that nobody has asked for to the last digit."""
    return 100 * round(number / 100)
