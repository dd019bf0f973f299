"""The inspections by name. No TensorFlow before one is imported."""

import importlib
from dataclasses import dataclass
from typing import Any

from toolkit.errors import UserError
from toolkit.values import nearest


@dataclass(frozen=True)
class Known:
    """What is known of an inspection without importing it.

    Attributes:
        path: `module:Class` below `toolkit.inspection`.
        summary: What it shows, in a few words.
    """

    path: str
    summary: str

    def load(self) -> type:
        """Imports the class, and TensorFlow with it."""
        module, _, name = self.path.partition(":")
        return getattr(importlib.import_module(f"toolkit.inspection.{module}"), name)


INSPECTIONS = {
    "gates": Known("gates:Gates", "how far each gate is open, how long units remember, and which units are dead"),
    "gradient-flow": Known("gradient_flow:GradientFlow", "how far the gradient of the loss comes back through time, and what bounds it"),
    "saliency": Known("saliency:Saliency", "which tokens or pixels an answer hangs on, and which words change it when they are left out"),
    "attention": Known("attention:Attention", "where a model with attention looked, for any hypothesis of the beam"),
    "cells": Known("cells:Cells", "a heat map of any unit over a text, and which units track quotes, brackets, lines or a pattern"),
    "report": Known("report:Report", "curves, scores with their spread, groups of examples, the worst ones; what a training writes"),
}


def find_inspection(what: Any) -> type:
    """Imports an inspection.

    Args:
        what: Its name.

    Raises:
        UserError: There is none of that name.
    """
    if what not in [*INSPECTIONS]:
        near = nearest(str(what), [*INSPECTIONS])
        raise UserError(f"expected one of {', '.join(INSPECTIONS)}, received {what}{f'; did you mean {near}?' if near else ''}")
    return INSPECTIONS[what].load()


def possible(subject: Any) -> list[str]:
    """Returns the names of the inspections that a subject has something for."""
    return [name for name, known in INSPECTIONS.items() if has(subject, known.load())]


def has(subject: Any, inspection: type) -> bool:
    """Returns whether a subject has what an inspection needs."""
    return getattr(subject, inspection.needs, None) is not None


def require(subject: Any, inspection: type) -> None:
    """Refuses a subject that has not what an inspection needs.

    Raises:
        UserError: It has not; the message lists what it can be asked for.
    """
    if not has(subject, inspection):
        others = ", ".join(possible(subject)) or "nothing to look at"
        raise UserError(f"{inspection.name}: {subject.name} is {subject.kind}, which has nothing to show of that; it has {others}")
