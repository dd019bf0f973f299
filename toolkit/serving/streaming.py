"""Labels a stream of texts in constant memory."""

import itertools
from collections.abc import Iterable, Iterator
from typing import NamedTuple

import numpy as np

from toolkit.serving.predictor import Predictor


class Prediction(NamedTuple):
    """The answer to one text.

    Attributes:
        text: The text.
        label: Its most probable label.
        probabilities: float32 `[labels]`.
    """

    text: str
    label: str
    probabilities: np.ndarray


def predict_lines(predictor: Predictor, texts: Iterable[str], batch_size: int) -> Iterator[Prediction]:
    """Labels texts as they come.

    Args:
        predictor: What labels them.
        texts: Any number of texts.
        batch_size: Texts labelled at once; no more are held.

    Yields:
        One prediction per text, in order.
    """
    texts = iter(texts)
    while batch := list(itertools.islice(texts, batch_size)):
        labels, probabilities = predictor.predict(batch)
        yield from map(Prediction, batch, labels, probabilities)
