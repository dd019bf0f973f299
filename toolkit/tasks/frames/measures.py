"""How good labels of frames are: from true and given ones to numbers."""

import dataclasses
from collections.abc import Sequence
from typing import Any

import numpy as np

from toolkit.html import Shown
from toolkit.tasks.frames.sequences import UNKNOWN

MOST_POSITIONS = 16
"""Groups of frames that the accuracy is told of, from the beginning of the sequences to the end of the longest."""

_SHOWN = 20  # labels of the table


@dataclasses.dataclass(frozen=True)
class FrameResult(Shown):
    """What `evaluate_frames` found. Frames of which nobody has said what they are do not count.

    Attributes:
        sequences: Number of sequences.
        frames: Number of frames.
        accuracy: Share of the frames whose label is the true one.
        alone: The same of the labels that frames are given when each is seen alone; `None` if nobody has asked.
        all_right: Share of the sequences whose labels are all right.
        labels: Names of the labels.
        confusion: Counts, `[true label][given label]`.
        positions: Of the frames from `first` to `last` of their sequences their number, `frames`, the `accuracy`, and `alone`.
    """

    sequences: int
    frames: int
    accuracy: float
    alone: float | None
    all_right: float
    labels: list[str]
    confusion: list[list[int]]
    positions: list[dict[str, Any]]

    def as_dict(self) -> dict[str, Any]:
        """Returns plain lists and numbers, ready for JSON."""
        return dataclasses.asdict(self)

    @classmethod
    def from_dict(cls, values: dict[str, Any]) -> "FrameResult":
        """Makes a result from what `as_dict` returned."""
        return cls(**values)

    @property
    def by_label(self) -> dict[str, dict[str, float]]:
        """Precision, recall, F1 and number of frames of each label that occurs, the most frequent first."""
        counts = np.array(self.confusion)
        right, true, given = np.diag(counts), counts.sum(1), counts.sum(0)
        found = {
            name: {
                "precision": float(right[row] / max(1, given[row])),
                "recall": float(right[row] / true[row]),
                "f1": float(2 * right[row] / (true[row] + given[row])),
                "frames": int(true[row]),
            }
            for row, name in enumerate(self.labels)
            if true[row]
        }
        return dict(sorted(found.items(), key=lambda item: -item[1]["frames"]))

    def __str__(self) -> str:
        """Returns a short table for the terminal."""
        lines = [f"accuracy  {self.accuracy:.2%} of {self.frames:,} frames in {self.sequences:,} sequences"]
        if self.alone is not None:
            lines.append(f"          {self.alone:.2%} where each frame is seen alone")
        lines.append(f"          {self.all_right:.2%} of the sequences have no wrong label")
        rows = self.by_label
        width = max(map(len, rows))
        lines.append(f"{'':<{width}}  precision  recall      F1   frames")
        for name, row in [*rows.items()][:_SHOWN]:
            lines.append(f"{name:<{width}}  {row['precision']:>9.2%}  {row['recall']:>6.2%}  {row['f1']:>6.2%}  {row['frames']:>7,}")
        if len(rows) > _SHOWN:
            lines.append(f"and {len(rows) - _SHOWN:,} rarer labels")
        return "\n".join(lines)


def evaluate_frames(
    truths: Sequence[Sequence[str]],
    given: Sequence[Sequence[str]],
    label_names: Sequence[str],
    alone: Sequence[Sequence[str]] | None = None,
) -> FrameResult:
    """Compares labels with the true ones.

    Args:
        truths: The labels of each sequence, `""` where one is not known.
        given: What was said.
        label_names: All labels.
        alone: What was said of each frame alone, if it was asked.

    Raises:
        ValueError: No label is known, or there are not as many given ones as there should be.
    """
    lengths = [len(row) for row in truths]
    if any([len(row) for row in rows] != lengths for rows in (given, alone) if rows is not None):
        raise ValueError("Arguments `truths`, `given` and `alone` must have the same lengths.")
    places = np.array([place for row in truths for place, label in enumerate(row) if label != UNKNOWN], int)
    if not len(places):
        raise ValueError("Argument `truths` must have at least one label that is known. Received: none")
    numbers = {name: number for number, name in enumerate(label_names)}
    known = [[label != UNKNOWN for label in row] for row in truths]
    true, said = (_numbered(rows, known, numbers) for rows in (truths, given))
    right = true == said
    beside = None if alone is None else true == _numbered(alone, known, numbers)
    confusion = np.zeros((len(label_names), len(label_names)), int)
    np.add.at(confusion, (true, said), 1)
    rows = np.array([row for row, labels in enumerate(known) for is_known in labels if is_known])
    return FrameResult(
        sequences=len(truths),
        frames=len(places),
        accuracy=float(right.mean()),
        alone=None if beside is None else float(beside.mean()),
        all_right=float(np.mean([right[rows == row].all() for row in range(len(truths))])),
        labels=list(label_names),
        confusion=confusion.tolist(),
        positions=_positions(places, right, beside),
    )


def _numbered(rows: Sequence[Sequence[str]], known: Sequence[Sequence[bool]], numbers: dict[str, int]) -> np.ndarray:
    """Returns the numbers of the labels of all frames whose true one is known."""
    pairs = ((label, is_known) for row, others in zip(rows, known, strict=True) for label, is_known in zip(row, others, strict=True))
    return np.array([numbers[label] for label, is_known in pairs if is_known], int)


def _positions(places: np.ndarray, right: np.ndarray, beside: np.ndarray | None) -> list[dict[str, Any]]:
    width = -(-(int(places.max()) + 1) // MOST_POSITIONS)
    found = []
    for first in range(0, int(places.max()) + 1, width):
        inside = (places >= first) & (places < first + width)
        if inside.any():
            alone = None if beside is None else float(beside[inside].mean())
            measured = {"frames": int(inside.sum()), "accuracy": float(right[inside].mean()), "alone": alone}
            found.append({"first": first + 1, "last": first + width, **measured})
    return found
