"""What every translator gives."""

from typing import NamedTuple

import numpy as np


class Hypothesis(NamedTuple):
    """One translation of a text.

    Attributes:
        text: The translation; it has no line break in it.
        score: What the search ranks by: the log-probability, with the penalties of a beam search.
        tokens: Its pieces, without the one that ends it; none for an empty text.
        alignment: float32 `[len(tokens), len(source_tokens)]`: how much each token looked at each token of the source. `None` if the model
            has no attention, or the text is empty.
    """

    text: str
    score: float
    tokens: list[str]
    alignment: np.ndarray | None


class Translation(NamedTuple):
    """The translations of one text.

    Attributes:
        source: The text.
        source_tokens: The pieces that the model has read; the last one is the end of the source.
        hypotheses: At least one, the best first.
        cropped: Whether the text was cut, because it is longer than the model reads.
    """

    source: str
    source_tokens: list[str]
    hypotheses: list[Hypothesis]
    cropped: bool = False

    @property
    def text(self) -> str:
        """The best translation."""
        return self.hypotheses[0].text


def empty_translation(text: str) -> Translation:
    """Returns the translation of a blank text."""
    return Translation(text, [], [Hypothesis("", 0.0, [], None)])
