"""Answers items wherever an engine runs it: functions of a stretch of the input, which know of no engine."""

import argparse
import functools
import itertools
import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from toolkit.data.reading.item_files import Part, Told, items_of
from toolkit.engines.engine import Locate
from toolkit.errors import UserError
from toolkit.opening import ExportedModel
from toolkit.tasks.lines import in_batches
from toolkit.tasks.records import csv_lines, pieces_of

SHOWN = 5  # items left out that are told


@dataclass(frozen=True)
class Counted:
    """What a part of the input has.

    Attributes:
        items: Items that can be read.
        bad: What else there is.
        examples: What is wrong with the first of these.
    """

    items: int
    bad: int
    examples: tuple[UserError, ...]


@dataclass(frozen=True)
class Job:
    """What is to be answered, and how.

    Attributes:
        locate: Where the exported model is.
        path: Its path in there, such as that of a `.tflite` file.
        parts: The input.
        options: Those of `toolkit predict`, by name.
        firsts: Of each part how many items come before it, and how many there are in all; `None` if that does not matter.
    """

    locate: Locate
    path: str
    parts: Sequence[Part]
    options: Mapping[str, Any]
    firsts: Sequence[int] | None = None

    def count(self, number: int) -> Counted:
        """Counts the items of a part.

        Raises:
            UserError: It cannot be read.
        """
        bad: list[UserError] = []
        items = sum(1 for _ in self._read(number, bad.append))
        return Counted(items, len(bad), tuple(bad[:SHOWN]))

    def answers(self, number: int) -> Iterator[str]:
        """Yields what is written of the answer to each item of a part, without the last line feed.

        With `firsts`, it is what one process writes that reads all parts: the same items are answered together. A batch that begins in a
        part is answered here, whichever parts it goes on in.

        Raises:
            UserError: It cannot be read, or an option does not fit the model.
        """
        model, options = opened(os.path.join(self.locate(), self.path)), argparse.Namespace(**self.options)
        prediction = model.prediction
        size = (options.batch_size or prediction.batch_size) * prediction.batches_together(options)
        if self.firsts is None:
            items, options.first = self._read(number, _ignored), 1
        else:
            here, start, stop = self.firsts[number], *(-(-first // size) * size for first in self.firsts[number : number + 2])
            rest = itertools.chain.from_iterable(self._read(later, _ignored) for later in range(number, len(self.parts)))
            items, options.first = itertools.islice(rest, start - here, stop - here), start + 1
        answerer = model.answerer(options)
        if options.format == "csv" and (self.firsts is None or number == 0):
            yield csv_lines([prediction.columns(answerer, options)]).removesuffix("\n")
        batches = in_batches((prediction.item_of(text, options) for text in items), size)
        with model.precision():
            for answer in prediction.answers(answerer, batches, options):
                yield "".join(pieces_of(answer, options.format)).removesuffix("\n")

    def _read(self, number: int, leave_out: Told) -> Iterator[str]:
        return items_of(self.parts[number], self.options["text_column"], leave_out if self.options["skip_bad"] else None)


@functools.lru_cache(maxsize=1)
def opened(path: str) -> ExportedModel:
    """Opens an exported model once in each process.

    Args:
        path: As for `toolkit.open`.

    Raises:
        UserError: It cannot be opened.
    """
    return ExportedModel(path)


def _ignored(error: UserError) -> None:
    """Leaves out what has been counted before."""
