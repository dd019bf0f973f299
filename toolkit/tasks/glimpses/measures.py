"""How good labels of images are: from true and given ones to numbers."""

import dataclasses
from collections.abc import Sequence
from typing import Any

import numpy as np

from toolkit.data.splits.interval import wilson_interval
from toolkit.html import Shown


@dataclasses.dataclass(frozen=True)
class GlimpseResult(Shown):
    """What `evaluate_labels` found.

    Attributes:
        images: Number of images.
        accuracy: Share of the labels that are right.
        all_right: Share of the images whose labels are all right.
        labels: Names of the labels.
        confusion: Counts, `[true label][given label]`.
    """

    images: int
    accuracy: float
    all_right: float
    labels: list[str]
    confusion: list[list[int]]

    def as_dict(self) -> dict[str, Any]:
        """Returns plain lists and numbers, ready for JSON."""
        return dataclasses.asdict(self)

    @classmethod
    def from_dict(cls, values: dict[str, Any]) -> "GlimpseResult":
        """Makes a result from what `as_dict` returned."""
        return cls(**values)

    def __str__(self) -> str:
        """Returns a few lines for the terminal."""
        number = int(np.sum(self.confusion))
        low, high = wilson_interval(1 - self.accuracy, number)
        named = f"{self.images:,} images" if number == self.images else f"{number:,} labels of {self.images:,} images"
        lines = [f"error  {1 - self.accuracy:.2%} of {named}; 95 % interval {low:.2%} to {high:.2%}"]
        if number > self.images:
            lines.append(f"       {1 - self.all_right:.2%} of the images have a wrong label")
        return "\n".join(lines)


def evaluate_labels(truths: Sequence[Sequence[str]], given: Sequence[Sequence[str]], label_names: Sequence[str]) -> GlimpseResult:
    """Compares labels with the true ones.

    Args:
        truths: The labels of each image; at least one image.
        given: What was said.
        label_names: All labels.

    Raises:
        ValueError: There is no image, or not as many labels as there should be.
    """
    if not truths or [len(row) for row in truths] != [len(row) for row in given]:
        raise ValueError("Arguments `truths` and `given` must have the same lengths, and at least one item.")
    numbers = {name: number for number, name in enumerate(label_names)}
    confusion = np.zeros((len(label_names), len(label_names)), int)
    for row, other in zip(truths, given, strict=True):
        for true, said in zip(row, other, strict=True):
            confusion[numbers[true], numbers[said]] += 1
    all_right = np.mean([tuple(row) == tuple(other) for row, other in zip(truths, given, strict=True)])
    return GlimpseResult(
        images=len(truths),
        accuracy=float(np.trace(confusion) / confusion.sum()),
        all_right=float(all_right),
        labels=list(label_names),
        confusion=confusion.tolist(),
    )
