"""What is chosen for the data that were read."""

from typing import Any, NamedTuple


class Choice(NamedTuple):
    """The value of a setting that nobody has given.

    Attributes:
        value: What it is.
        reason: Why, in a clause.
    """

    value: Any
    reason: str
