"""What `toolkit predict`, and `predict` in Python, ask of a kind of task."""

import abc
import argparse
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from typing import Any, ClassVar

from toolkit.arguments import option
from toolkit.errors import UserError
from toolkit.tasks.lines import open_items, tell_left_out
from toolkit.tasks.option import Option
from toolkit.tasks.records import Answer
from toolkit.values import in_a_line, take


class Prediction(abc.ABC):
    """The part of `predict` that is particular to a kind of task: how items are read, its options, and what its answers are."""

    answered_by: ClassVar[str]
    """What messages call a run of this kind, such as `"a run that translates"`."""

    does: ClassVar[str]
    """What it does with items, such as `"translate"`."""

    batch_size: ClassVar[int]
    """Items that are answered at once unless it is told otherwise."""

    item: ClassVar[tuple[type | tuple[type, ...], str]] = (str, "a text")
    """What an item is in Python where it stands alone, and what messages call it."""

    options: ClassVar[Mapping[str, Option]] = {}
    """By name, the options that runs of this kind have. Kinds may share one, of the same values."""

    options_of_exports: ClassVar[tuple[str, ...]] = ()
    """Those that exports have, too; what the others say is part of an export already."""

    options_of_opening: ClassVar[tuple[str, ...]] = ()
    """Those that `open_run` reads: with others of them, what gives answers is another one."""

    def read(self, options: argparse.Namespace) -> AbstractContextManager[Iterator[list[Any]]]:
        """Opens the items that a command is to answer, as batches of them: words of the command line, or what files hold.

        Args:
            options: The parsed options, among them `texts`, `input`, `text_column` and `batch_size`.

        Raises:
            UserError: They cannot be read.
        """
        sizes = options.batch_size or self.batch_size, self.batches_together(options)
        return open_items(options.texts, options.input, *sizes, options.text_column, tell_left_out if options.skip_bad else None)

    def item_of(self, text: str, options: argparse.Namespace) -> Any:
        """Returns the item that a line of a file is.

        Args:
            text: The line.
            options: The parsed options.

        Raises:
            UserError: Without other options, a line is none.
        """
        return text

    def checked(self, items: Iterable[Any]) -> list[Any]:
        """Returns items from Python.

        Args:
            items: Any number of them.

        Raises:
            UserError: There is something else among them.
        """
        kind, called = self.item
        try:
            items = [str(item) if isinstance(item, str) else item for item in items]  # NumPy has strings of its own
        except TypeError as error:
            raise UserError(f"items: expected {called}, or a list of them, received {in_a_line(items)}") from error
        for place, item in enumerate(items):
            if not isinstance(item, kind):
                raise UserError(f"items[{place}]: expected {called}, received {in_a_line(item)}")
        return items

    def chosen(self, given: Mapping[str, Any]) -> argparse.Namespace:
        """Returns options from Python as a command line has them.

        Args:
            given: Their values by name.

        Raises:
            UserError: One is unknown, or is not what it should be.
        """
        return argparse.Namespace(**{**dict.fromkeys(self.options), **take(self.options, given, "option")})

    def prepare(self, options: argparse.Namespace) -> None:  # noqa: B027 - most kinds have nothing to check
        """Checks that the options fit each other, before a model is loaded for them; may put what they ask for in the place of `texts`.

        Args:
            options: The parsed options.

        Raises:
            UserError: They do not.
        """

    def open_run(self, run: Any, options: argparse.Namespace) -> Any:
        """Returns what gives answers with the model of a run.

        Args:
            run: The `TrainingRun`.
            options: The parsed options.

        Raises:
            UserError: The run is not finished, or an option does not fit it.
        """
        return run.predictor()

    def batches_together(self, options: argparse.Namespace) -> int:
        """Returns how many batches of a file are answered together, so that items of similar length meet.

        Args:
            options: The parsed options.
        """
        return 1

    def gives_tables(self, options: argparse.Namespace) -> bool:
        """Returns whether an answer has several rows, such as one for each word.

        Args:
            options: The parsed options.
        """
        return False

    @abc.abstractmethod
    def columns(self, answerer: Any, options: argparse.Namespace) -> Sequence[str]:
        """Returns the names of the columns of the answers' rows.

        Args:
            answerer: As for `answers`.
            options: The parsed options.
        """

    @abc.abstractmethod
    def answers(self, answerer: Any, batches: Iterable[list[Any]], options: argparse.Namespace) -> Iterator[Answer]:
        """Yields the answers to items, in order, each as soon as it is there.

        Args:
            answerer: What `open_run` returned, or what opens an export of this kind.
            batches: Items.
            options: The parsed options; answers are to be read by people where `format` is `"text"`. `first` is the number of the first
                item, counted from 1, where items are numbered.

        Raises:
            UserError: An option is out of range, or an item cannot be read.
        """


def given(options: argparse.Namespace, names: Iterable[str]) -> list[str]:
    """Returns the options that were given, as messages write them.

    Args:
        options: The parsed options; one that was not given is `None`, or `False`.
        names: Those to look at.
    """
    return [option(name) for name in names if getattr(options, name) is not None and getattr(options, name) is not False]
