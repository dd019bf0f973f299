"""A folder that all machines see: what one of them has read, others find there.

Rows stay in it, in files of their own, while what decides about them holds no more than `Distant` texts. What is kept becomes shards:
stretches of a split of so many rows. Both are the same wherever they are made.
"""

import itertools
import pickle
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple, TypeVar

import numpy as np

from toolkit.data.prepared.record_file import read_records, write_records
from toolkit.data.reading.spread import Spread
from toolkit.data.splits.distant import Distant
from toolkit.run_folder import RunFolder

Item = TypeVar("Item")
Result = TypeVar("Result")

ROWS_OF_A_SHARD = 20_000
_ROWS_TOGETHER = 100  # neighbours are mostly asked for together
_PLACE = np.dtype([("file", "<i4"), ("row", "<i8"), ("label", "<i4")])


class Shard(NamedTuple):
    """A stretch of a split.

    Attributes:
        split: The split.
        number: Its number, from 0.
        count: How many shards the split has.
    """

    split: str
    number: int
    count: int

    @property
    def file_name(self) -> str:
        """What its file is called, as TFDS calls such files."""
        return f"{self.split}-{self.number:05d}-of-{self.count:05d}.array_record"


@dataclass(frozen=True)
class Workshop:
    """A folder for the time of a preparation, and machines that see it.

    Attributes:
        folder: The folder.
        run: Runs functions on the machines; what they give is not looked at.
    """

    folder: Path
    run: Spread
    _calls: Iterator[int] = field(default_factory=itertools.count)
    _files: Iterator[int] = field(default_factory=itertools.count)

    def spread(self, function: Callable[[Item], Result], items: Sequence[Item]) -> list[Result]:
        """Applies a function on the machines, as `toolkit.data.reading.spread.Spread` says.

        Results come back through the folder, not through the engine, whose driver may have little memory. They are pickled, as engines
        do, by processes of this preparation.
        """
        call = self.folder / f"call-{next(self._calls)}"
        self.run(partial(_kept, call, function), [*enumerate(items)])
        return [pickle.loads((call / str(number)).read_bytes()) for number in range(len(items))]

    def leaving(self, *texts: str) -> Spread:
        """Returns a way to spread functions that read rows: what they give has `Distant` texts, and the rows are left in the folder.

        Args:
            *texts: Fields of a row, which is a named tuple, that are its texts. What the functions give is a named tuple with `rows`.
        """

        def spread(function: Callable[[Item], Result], items: Sequence[Item]) -> list[Result]:
            numbered = [(next(self._files), item) for item in items]
            return self.spread(partial(_left, self.folder, texts, function), numbered)

        return spread

    def shards(self, split: str, texts: Sequence[Distant], labels: Sequence[int] | None = None) -> list[Shard]:
        """Cuts what is kept of a split into shards.

        Args:
            split: The split.
            texts: A text of each row, in their order.
            labels: Their labels, if they have some.
        """
        places = np.zeros(len(texts), _PLACE)
        places["file"], places["row"] = [text.file for text in texts], [text.row for text in texts]
        if labels is not None:
            places["label"] = labels
        with RunFolder(self.folder).replacing(_plan(self.folder, split)) as temporary:
            np.save(temporary, places)
        count = -(-len(texts) // ROWS_OF_A_SHARD)
        return [Shard(split, number, count) for number in range(count)]


def rows_of(folder: Path, shard: Shard) -> Iterator[tuple[dict[str, Any], int]]:
    """Yields the rows of a shard as they were read, by the names of their fields, each with its label.

    Args:
        folder: The folder of the workshop.
        shard: The shard.

    Raises:
        UserError: A file cannot be read.
    """
    start = shard.number * ROWS_OF_A_SHARD
    places = np.load(_plan(folder, shard.split), mmap_mode="r")[start : start + ROWS_OF_A_SHARD]
    for file, stretch in itertools.groupby(places, key=lambda place: int(place["file"])):
        here = np.array(list(stretch), _PLACE)
        yield from zip(read_records(_rows(folder, file), here["row"]), map(int, here["label"]), strict=True)


def _plan(folder: Path, split: str) -> Path:
    return folder / f"{split}.npy"


def _rows(folder: Path, file: int) -> Path:
    return folder / f"rows-{file:05d}"


def _kept(call: Path, function: Callable[[Item], Result], numbered: tuple[int, Item]) -> None:
    """Applies a function, and leaves what it gives in a file."""
    number, item = numbered
    RunFolder(call).write_bytes(call / str(number), pickle.dumps(function(item)))


def _left(folder: Path, texts: Sequence[str], function: Callable[[Item], Any], numbered: tuple[int, Item]) -> Any:
    """Applies a function that reads rows, and leaves these in a file."""
    file, item = numbered
    read = function(item)
    write_records(_rows(folder, file), (row._asdict() for row in read.rows), together=_ROWS_TOGETHER)
    return read._replace(
        rows=[
            row._replace(**{name: Distant.of(getattr(row, name), file, number) for name in texts}) for number, row in enumerate(read.rows)
        ]
    )
