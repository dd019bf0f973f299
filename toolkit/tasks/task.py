"""A kind of task, as the general parts know it: by its name, and by where its own parts are."""

import importlib
from dataclasses import dataclass
from typing import Any

from toolkit.quiet import native_notices_hidden


@dataclass(frozen=True)
class Task:
    """A kind of task: what one package of `toolkit/tasks/` holds.

    Its parts are named as `"module:attribute"` and imported when they are asked for, so that reading options costs no TensorFlow.

    Attributes:
        name: What recipes and exports call it; the name of its package.
        settings: A dataclass: what the settings of its recipes are made from.
        reader: `(settings, run) -> data`: what a recipe trains on that does not build its data itself.
        training: A `TrainingRun`: the commands over one run of a recipe.
        exporter: An `Exporter`: what a trained model is outside of Python, and how that is compared with it.
        opener: `(runner, folder) -> Any`: from the runner of an export, and the folder of its description, to what gives answers.
        prediction: A `Prediction`: what `toolkit predict` does with what gives answers.
        subject: `(training) -> Subject`: what of a finished run an inspection looks at.
        preparation: `(settings, workshop, folder) -> Report`: turns files into prepared data; nothing if the kind has none.
    """

    name: str
    settings: str
    reader: str
    training: str
    exporter: str
    opener: str
    prediction: str
    subject: str
    preparation: str | None = None

    def part(self, which: str) -> Any:
        """Imports a part.

        Args:
            which: The attribute's name.
        """
        module, _, name = getattr(self, which).partition(":")
        with native_notices_hidden():
            return getattr(importlib.import_module(module), name)
