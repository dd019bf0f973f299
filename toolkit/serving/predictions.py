"""What every predictor promises."""

from collections.abc import Sequence
from typing import NamedTuple, Protocol

import numpy as np


class Predictions(NamedTuple):
    """The answers to a batch of texts.

    Attributes:
        labels: The most probable label of each text.
        probabilities: float32 `[texts, labels]`.
    """

    labels: list[str]
    probabilities: np.ndarray


class TextPredictor(Protocol):
    """What labels texts, whatever runs underneath: `Predictor`, `SavedModelPredictor` or `LiteRTPredictor`.

    Attributes:
        label_names: Names of the labels, in the order of the probabilities.
    """

    label_names: list[str]

    def predict(self, texts: Sequence[str]) -> Predictions:
        """Labels a batch of texts; one may be empty.

        Args:
            texts: At least one text.

        Returns:
            The labels and probabilities, in the order of the texts.
        """
        ...
