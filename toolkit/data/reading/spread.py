"""Where files are read: in this process, one after the other, or wherever a function can be sent."""

from collections.abc import Callable, Sequence
from typing import Protocol, TypeVar

Item = TypeVar("Item")
Result = TypeVar("Result")


class Spread(Protocol):
    """Applies a function to each of some items, somewhere. The function, the items and what it gives can be pickled."""

    def __call__(self, function: Callable[[Item], Result], items: Sequence[Item]) -> list[Result]:
        """Returns what the function gives for each item, in their order.

        Args:
            function: What is applied.
            items: What to.

        Raises:
            UserError: It was raised by the function.
        """


def here(function: Callable[[Item], Result], items: Sequence[Item]) -> list[Result]:
    """Applies a function in this process, as `Spread` does."""
    return [*map(function, items)]
