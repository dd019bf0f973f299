"""Where a model with attention looked."""

import dataclasses
import html
from typing import Any, ClassVar

import numpy as np

from toolkit.arguments import check_positive_integer
from toolkit.errors import UserError
from toolkit.inspection.explained import Attended
from toolkit.inspection.finding import Finding
from toolkit.inspection.inspection import Inspection
from toolkit.inspection.page import figure_html
from toolkit.inspection.shading import STYLE, heading_of, heat_table, looked_at


@dataclasses.dataclass(frozen=True, kw_only=True)
class Attention(Inspection):
    """Where a model with attention looked.

    For each token that was written, or for the answer, how much it looked at each token that was read, or at each part of the image. The
    weights of a row add up to 1. They say where it looked, and not what the answer hangs on; that is what `saliency` says.

    Source: Bahdanau, Cho & Bengio 2015, "Neural machine translation by jointly learning to align and translate", figure 3; Jain & Wallace
    2019, "Attention is not explanation", for what the weights do not say.

    Attributes:
        text: text to answer; nothing for held-out examples
        examples: held-out examples to answer
        hypothesis: which answer of the beam, from 1, the best
    """

    text: str | None = None
    examples: int = 3
    hypothesis: int = 1
    name: ClassVar[str] = "attention"
    needs: ClassVar[str] = "attend"

    def __post_init__(self) -> None:
        check_positive_integer("examples", self.examples)
        check_positive_integer("hypothesis", self.hypothesis)

    def of(self, subject: Any) -> Finding:
        """Lets the subject answer, and looks where it looks."""
        found = subject.attend(self.text, self.examples, self.hypothesis)
        if not found:
            raise UserError(f"{self.name}: expected answers of some words, found none that is number {self.hypothesis} of its beam")
        numbers = {"hypothesis": self.hypothesis, "examples": [each.as_dict() for each in found]}
        return Finding(self.name, subject.name, _sentence(found), numbers, "\n".join(map(_shown, found)), style=STYLE)


def _sentence(found: list[Attended]) -> str:
    effective = np.concatenate([_places(each.weights.reshape(len(each.rows), -1)) for each in found if each.rows] or [[1.0]])
    parts = [f"In the median a look is spread over {np.median(effective):.2g} places, as its entropy says"]
    first = found[0]
    if first.image is None and first.rows:
        row, column = np.unravel_index(first.weights.argmax(), first.weights.shape)
        parts.append(f"the sharpest of the first example is from “{_plain(first.rows[row])}” to “{_plain(first.columns[column])}”")
    return f"{'; '.join(parts)}."


def _places(rows: np.ndarray) -> np.ndarray:
    """Returns how many places share a uniform attention that has the entropy of each row."""
    return np.exp(-(rows * np.log(np.maximum(rows, 1e-30))).sum(1))


def _shown(attended: Attended) -> str:
    heading = f"<h2>{html.escape(heading_of(attended.item))}</h2>\n"
    if attended.image is not None:
        return heading + figure_html(looked_at(attended.image, attended.rows, attended.weights), "where the model looked")
    return heading + heat_table(attended.rows, attended.columns, attended.weights)


def _plain(token: str) -> str:
    return token.replace("\u2581", " ").strip() or token
