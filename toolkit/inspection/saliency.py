"""Which tokens or pixels an answer hangs on."""

import dataclasses
import html
import itertools
from typing import Any, ClassVar

import numpy as np

from toolkit.arguments import check_integer, check_positive_integer, option
from toolkit.errors import UserError
from toolkit.html import table
from toolkit.inspection.explained import GRADIENT, INTEGRATED, OCCLUSION, Attribution, Explained
from toolkit.inspection.finding import Finding
from toolkit.inspection.inspection import Inspection
from toolkit.inspection.page import figure_html
from toolkit.inspection.shading import STYLE, heading_of, shaded_images, shaded_tokens

FEWEST_STEPS = 16
FLIPS_TOLD = 5
METHODS = {
    GRADIENT: "The gradient of the score times the input.",
    INTEGRATED: "The same, averaged over the way from an input of zeros; what all parts add is the score's change on that way.",
    OCCLUSION: "How much lower the score is without each part.",
}


@dataclasses.dataclass(frozen=True, kw_only=True)
class Saliency(Inspection):
    """Which tokens or pixels an answer hangs on.

    The score of an answer is the logarithm of how much more probable it is than the next best one. What each token or pixel adds to it is
    said by gradient times input, by integrated gradients, whose sum is the score's change from an input of zeros, and by leaving it out.

    Source: Sundararajan, Taly & Yan 2017, "Axiomatic attribution for deep networks".

    Attributes:
        text: text to explain; nothing for held-out examples
        examples: held-out examples to explain
        most_steps: steps of integrated gradients from which on none is added, also where they miss more than 1 % of the score
    """

    text: str | None = None
    examples: int = 3
    most_steps: int = 512
    name: ClassVar[str] = "saliency"
    needs: ClassVar[str] = "explain"

    def __post_init__(self) -> None:
        check_positive_integer("examples", self.examples)
        check_integer("most_steps", self.most_steps, FEWEST_STEPS)

    def of(self, subject: Any) -> Finding:
        """Explains the subject's answers."""
        found = subject.explain(self.text, self.examples, self.most_steps)
        if not found:
            raise UserError(f"{self.name}: expected answers to explain, found none that has any words; try more {option('examples')}")
        numbers = {"examples": [each.as_dict() for each in found]}
        return Finding(self.name, subject.name, _sentence(found), numbers, _body(found), style=STYLE)


def _sentence(found: list[Explained]) -> str:
    first = found[0]
    parts = [_most(first)]
    if first.images is None:
        parts += [f"in the image {_pixel(each)} does" for each in found[1:2] if each.images is not None]
    if first.flips:
        told = [f"without {flip.left_out} it is {flip.answer}" for flip in first.flips[:FLIPS_TOLD]]
        more = len(first.flips) - len(told)
        parts.append("; ".join(told) + (f"; and {more} more change it" if more else ""))
    elif first.images is None:
        parts.append("no other answer comes of leaving out one of them")
    gaps = [each.gap for explained in found for each in explained.attributions if each.gap is not None]
    if gaps:
        parts.append(f"integrated gradients miss at most {max(gaps):.2%} of the score's change")
    return "; ".join(parts) + "."


def _most(explained: Explained) -> str:
    """Returns what counts most for an answer."""
    chosen = _told(explained)
    answer = f"the answer {explained.answer}{f' at {explained.part}' if explained.part else ''}, not {explained.other}"
    if explained.images is not None:
        return f"For {answer}, {_pixel(explained)} counts most"
    place = int(np.abs(chosen.weights).argmax())
    token = explained.tokens[place].replace("\u2581", " ").strip() or explained.tokens[place]
    side = "for" if chosen.weights[place] > 0 else "against"
    return f"{token} counts most, {chosen.weights[place]:+.3g} of {explained.score:.3g}, {side} {answer}"


def _pixel(explained: Explained) -> str:
    """Returns which pixel counts most for an answer."""
    weights = _told(explained).weights
    image, row, column = np.unravel_index(np.abs(weights).argmax(), weights.shape)
    return f"the pixel at row {row + 1}, column {column + 1}{f' of image {image + 1}' if len(explained.images) > 1 else ''}"


def _told(explained: Explained) -> Attribution:
    """Returns the attribution that the sentence speaks of: the one whose weights add up, or the last."""
    complete = [each for each in explained.attributions if each.change is not None]
    return [*explained.attributions, *complete][-1]


def _body(found: list[Explained]) -> str:
    parts = ["<p>Blue speaks for the answer, orange against it, the stronger the more; the number shows under the pointer.</p><ul>"]
    methods = dict.fromkeys(each.method for explained in found for each in explained.attributions)
    parts += [f"<li><b>{html.escape(method)}</b>: {METHODS[method]}</li>" for method in methods]
    parts.append("</ul>")
    for item, group in itertools.groupby(found, key=lambda each: each.item):
        parts.append(f"<h2>{html.escape(heading_of(item))}</h2>")
        parts += map(_shown, group)
    return "\n".join(parts)


def _shown(explained: Explained) -> str:
    at = f"{explained.part}: " if explained.part else ""
    heading = f"{at}{explained.answer}, not {explained.other}; score {explained.score:.3g}"
    parts = [f"<h3>{html.escape(heading)}</h3>"]
    for each in explained.attributions:
        path = "" if each.change is None else f", {each.steps} steps, completeness gap {each.gap:.2%}"
        parts.append(f"<p><b>{html.escape(each.method)}</b>: sum {each.weights.sum():.3g}{path}</p>")
        if explained.images is None:
            parts.append(shaded_tokens(explained.tokens, each.weights))
        else:
            parts.append(figure_html(shaded_images(explained.images, each.weights), f"what each pixel adds, by {each.method}"))
    if explained.flips:
        rows = [[flip.left_out.replace("\u2581", " "), str(flip.place + 1), flip.answer] for flip in explained.flips]
        parts.append(table(["without", "number", "the answer is"], rows))
    return "\n".join(parts)
