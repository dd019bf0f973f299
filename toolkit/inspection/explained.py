"""What is known of why a model gave an answer. No TensorFlow here: exports without it are asked, too."""

import math
from typing import Any, NamedTuple

import numpy as np

GRADIENT, INTEGRATED, OCCLUSION = "gradient times input", "integrated gradients", "occlusion"
"""The methods."""


class Attribution(NamedTuple):
    """What each part of an input adds to a score, by one method.

    Attributes:
        method: What it is called, such as `"integrated gradients"`.
        weights: Of each token, float64 `[tokens]`; or of each pixel, `[images, height, width]`.
        change: What the weights should add up to: by how much the score changes from the baseline, an input of zeros, to the input. `None`
            for a method whose weights need not add up to that.
        steps: Steps of the path from the baseline; `None` for a method without one.
    """

    method: str
    weights: np.ndarray
    change: float | None = None
    steps: int | None = None

    @property
    def gap(self) -> float | None:
        """The completeness gap: by which share of `change` the sum of the weights misses it; infinite if there is no change to share."""
        if self.change is None:
            return None
        missed = abs(float(self.weights.sum()) - self.change)
        return missed / abs(self.change) if self.change else math.inf if missed else 0.0

    def as_dict(self) -> dict[str, Any]:
        """Returns it as JSON can hold it."""
        path = {} if self.change is None else {"change": self.change, "completeness_gap": self.gap, "steps": self.steps}
        return {"method": self.method, **path, "weights": self.weights.astype("float32").tolist()}


class Flip(NamedTuple):
    """Something without which the answer is another one.

    Attributes:
        left_out: A word or a token.
        place: Which of them it is, from 0.
        answer: The answer without it.
    """

    left_out: str
    place: int
    answer: str


class Explained(NamedTuple):
    """Why a model gave an answer rather than the next best one.

    Attributes:
        item: What was asked, such as a text.
        part: Which part of the answer it is, where it has several; `""` otherwise.
        answer: The answer.
        other: The next best one.
        score: The logarithm of how much more probable the answer is.
        tokens: What the model has read; none for images.
        attributions: What each token or pixel adds to the score, by each method.
        flips: All without which the answer is another one.
        images: What the pixels are, uint8 `[images, height, width, channels]`; `None` for tokens.
    """

    item: str
    part: str
    answer: str
    other: str
    score: float
    tokens: list[str]
    attributions: list[Attribution]
    flips: list[Flip]
    images: np.ndarray | None = None

    def as_dict(self) -> dict[str, Any]:
        """Returns it as JSON can hold it, without the images."""
        part = {"part": self.part} if self.part else {}
        return {
            "item": self.item,
            **part,
            "answer": self.answer,
            "other": self.other,
            "score": self.score,
            **({"tokens": self.tokens} if self.images is None else {}),
            "attributions": [each.as_dict() for each in self.attributions],
            "flips": [each._asdict() for each in self.flips],
        }


class Attended(NamedTuple):
    """Where a model looked.

    Attributes:
        item: What was asked, such as a text.
        rows: Who looked, such as the tokens of a translation.
        columns: What was looked at, such as the tokens of a text; none for an image.
        weights: How much, from 0 to 1, `[rows, columns]`; of an image `[rows, height, width]`.
        image: What was looked at, uint8 `[height, width, 3]`; `None` for tokens.
    """

    item: str
    rows: list[str]
    columns: list[str]
    weights: np.ndarray
    image: np.ndarray | None = None

    def as_dict(self) -> dict[str, Any]:
        """Returns it as JSON can hold it, without the image."""
        columns = {"columns": self.columns} if self.image is None else {}
        return {"item": self.item, "rows": self.rows, **columns, "weights": np.asarray(self.weights, "float32").tolist()}
