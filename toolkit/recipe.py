"""What a recipe is: settings, data, model, and the task that does the rest."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Recipe:
    """A named way to train a model.

    Attributes:
        name: The word after `toolkit train`.
        summary: One line for `toolkit list`.
        task: `"module:Class"` of what trains, evaluates, predicts and exports, such as
            `"toolkit.tasks.text_classification:TextClassification"`. It is imported when it is needed: listing recipes costs no TensorFlow.
        presets: Complete settings by name; `"quick"` is the default.
        build_data: `(settings, run) -> data`, what the task trains on; it keeps in the run folder what later commands need.
        build_model: `(settings, data) -> keras.Model`, inside the strategy's scope.
    """

    name: str
    summary: str
    task: str
    presets: Mapping[str, Any]
    build_data: Callable
    build_model: Callable

    @property
    def settings_class(self) -> type:
        """The frozen dataclass of settings that every preset is an instance of."""
        return type(self.presets["quick"])
