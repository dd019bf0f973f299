"""What the measuring of labels has seen of each image, for the report of its run."""

from collections.abc import Sequence

import numpy as np

from toolkit.data.images.decoding import to_png
from toolkit.evaluation.measured import Example, Measured, Ratio, worst_first
from toolkit.tasks.glimpses.predictor import Looked


def measured_images(pixels: np.ndarray, truths: Sequence[Sequence[str]], looked: Sequence[Looked]) -> Measured:
    """Returns what became of each image.

    Args:
        pixels: The images, uint8 `[images, side, side, channels]`.
        truths: The labels of each.
        looked: What was seen on each.
    """
    of_labels = [
        np.array([one == other for one, other in zip(row, each.labels, strict=True)]) for row, each in zip(truths, looked, strict=True)
    ]
    hits, labels = np.array([row.sum() for row in of_labels]), np.array([len(row) for row in of_labels])
    all_right, confidence = hits == labels, np.array([each.score for each in looked])
    single = bool((labels == 1).all())
    accuracy = Ratio("accuracy", all_right) if single else Ratio("accuracy of the labels", hits, labels)
    names = sorted({label for row in truths for label in row})
    occurs = {name: np.array([[*row].count(name) for row in truths]) for name in names}
    found = {name: np.array([_found(name, *pair) for pair in zip(truths, looked, strict=True)]) for name in names}
    return Measured(
        "images",
        scores=[accuracy, *([] if single else [Ratio("images with all labels right", all_right)])],
        slices={"label": {name: Ratio("share that is found", found[name], occurs[name]) for name in names}},
        worst=worst_first(confidence, ~all_right),
        example=lambda row: Example(f"test image {row + 1}", " ".join(truths[row]), " ".join(looked[row].labels), confidence[row]),
        picture=lambda row: to_png(pixels[row]),
        worst_are="wrong answers, those given with the highest probability first",
        score="probability",
        confidence=confidence.astype(np.float64),
        right=all_right,
    )


def _found(name: str, truth: Sequence[str], looked: Looked) -> int:
    """Returns how many objects of a name were called by it."""
    return sum(true == name == said for true, said in zip(truth, looked.labels, strict=True))
