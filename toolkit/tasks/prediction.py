"""What `toolkit predict` asks of a kind of task."""

import abc
import argparse
from collections.abc import Iterable, Mapping
from typing import IO, Any, ClassVar

from toolkit.arguments import flag


class Prediction(abc.ABC):
    """The part of `toolkit predict` that is particular to a kind of task: its options, and how answers are made and written."""

    answered_by: ClassVar[str]
    """What messages call a run of this kind, such as `"a run that translates"`."""

    does: ClassVar[str]
    """What it does with texts, such as `"translate"`."""

    batch_size: ClassVar[int]
    """Texts that are answered at once unless it is told otherwise."""

    options: ClassVar[Mapping[str, Mapping[str, Any]]] = {}
    """By name, the options that runs of this kind have, as `argparse` describes them. Kinds may share one, of the same values."""

    options_of_exports: ClassVar[tuple[str, ...]] = ()
    """Those that exports have, too; what the others say is part of an export already."""

    def prepare(self, options: argparse.Namespace) -> None:  # noqa: B027 - most kinds have nothing to check
        """Checks that the options fit each other, before a model is loaded for them.

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

    @abc.abstractmethod
    def answer(self, answerer: Any, batches: Iterable[list[str]], output: IO[str], options: argparse.Namespace) -> None:
        """Writes an answer to each text, in order.

        Args:
            answerer: What `open_run` returned, or what opens an export of this kind.
            batches: Texts.
            output: Open for writing text.
            options: The parsed options.

        Raises:
            UserError: An option is out of range, or a text cannot be read.
        """


def given(options: argparse.Namespace, names: Iterable[str]) -> list[str]:
    """Returns the options that were given, as they are written.

    Args:
        options: The parsed options; one that was not given is `None`, or `False`.
        names: Those to look at.
    """
    return [flag(name) for name in names if getattr(options, name) is not None and getattr(options, name) is not False]
