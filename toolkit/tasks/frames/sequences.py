"""Sequences of frames with a label for each."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

import numpy as np

from toolkit.data.splits.report import SplitReport

UNKNOWN = ""
"""The label of a frame of which nobody has said what it is."""

_SHOWN = 15  # labels that a report counts


@dataclass(frozen=True)
class FrameSequences:
    """Sequences of frames, end to end.

    Attributes:
        pixels: All frames, uint8 `[frames, size, size, channels]`.
        labels: Their labels, `UNKNOWN` where there is none.
        lengths: How many frames each sequence has, `[sequences]`.
        names: What the sequences are called.
        dropped: How many frames were left out, by reason.
    """

    pixels: np.ndarray
    labels: list[str]
    lengths: np.ndarray
    names: list[str]
    dropped: Counter = field(default_factory=Counter)

    def __len__(self) -> int:
        return len(self.names)

    @property
    def starts(self) -> np.ndarray:
        """Where each sequence begins, `[sequences]`."""
        return np.cumsum(self.lengths) - self.lengths

    @property
    def known(self) -> set[str]:
        """The different labels."""
        return {*self.labels} - {UNKNOWN}

    def each(self) -> Iterator[tuple[np.ndarray, list[str]]]:
        """Yields the frames and the labels of each sequence."""
        for start, length in zip(self.starts, self.lengths, strict=True):
            yield self.pixels[start : start + length], self.labels[start : start + length]

    def rows(self, rows: Sequence[int]) -> "FrameSequences":
        """Returns some of them, with nothing left out."""
        rows, starts = np.array(rows, np.int64), self.starts
        places = np.concatenate([np.empty(0, np.int64), *(np.arange(starts[row], starts[row] + self.lengths[row]) for row in rows)])
        labels = [self.labels[place] for place in places]
        return FrameSequences(self.pixels[places], labels, self.lengths[rows], [self.names[row] for row in rows])

    def cut(self, length: int) -> "FrameSequences":
        """Returns the same frames in sequences that are no longer than a length."""
        parts = [-(-int(each) // length) for each in self.lengths]
        lengths = [len(part) for each, number in zip(self.lengths, parts, strict=True) for part in np.array_split(np.arange(each), number)]
        names = [name for name, number in zip(self.names, parts, strict=True) for _ in range(number)]
        return FrameSequences(self.pixels, self.labels, np.array(lengths, np.int64), names)

    def report(self) -> SplitReport:
        """Returns what was read, frame by frame."""
        counts = Counter(label for label in self.labels if label != UNKNOWN)
        noted = {"sequences": len(self)}
        if missing := len(self.labels) - counts.total():
            noted["frames without a label, which are seen and not learned from"] = missing
        if len(counts) > _SHOWN:
            noted["frames with other labels"] = counts.total() - sum(number for _, number in counts.most_common(_SHOWN))
        kept = len(self.labels)
        return SplitReport(kept + self.dropped.total(), kept, dict(sorted(counts.most_common(_SHOWN))), dict(self.dropped), noted)
