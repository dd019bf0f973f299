"""What an engine has to do."""

import abc
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import TypeVar

Result = TypeVar("Result")

Locate = Callable[[], str]
"""Tells, wherever it is called, where a folder that was sent along lies there; can be pickled."""


class Engine(abc.ABC):
    """Runs functions in many processes, maybe on many machines. The functions can be pickled, and so can what they take and give.

    An engine may run a function a second time, where a machine was lost or is slow; what it gives counts once.

    Attributes:
        slots: How many functions run at once.
    """

    slots: int

    @abc.abstractmethod
    def send(self, folder: Path) -> Locate:
        """Sends a folder to every machine.

        Raises:
            UserError: It cannot be read.
        """

    @abc.abstractmethod
    def gather(self, function: Callable[[int], Result], numbers: Sequence[int]) -> list[Result]:
        """Returns what the function gives for each number, in their order.

        Raises:
            UserError: It was raised by the function.
        """

    @abc.abstractmethod
    def write(self, function: Callable[[int], Iterator[str]], numbers: Sequence[int], output: str) -> None:
        """Writes texts, with a line feed behind each, to a file of a folder for each number; the folder is there when it is whole.

        Args:
            function: From a number to texts.
            numbers: The numbers, in the order of the files.
            output: The folder, which must not exist.

        Raises:
            UserError: The folder exists or cannot be written, or it was raised by the function.
        """

    @abc.abstractmethod
    def together(self, function: Callable[[int, Sequence[str]], Result], workers: int) -> list[Result]:
        """Runs a function so many times, all at the same time, and returns what each gives.

        Args:
            function: Takes the number of the worker, and the addresses `host:port` at which each of them may listen.
            workers: How many there are.

        Raises:
            UserError: There is no room for so many, or it was raised by the function.
        """
