"""What a recipe is: settings, data, model, and the task that does the rest."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from toolkit.errors import UserError
from toolkit.run_folder import RunFolder


@dataclass(frozen=True)
class Recipe:
    """A named way to train a model.

    Attributes:
        name: The word after `toolkit train`.
        summary: One line for `toolkit list`.
        task: The kind of task, one of `toolkit.tasks.registry.TASKS`: it trains, evaluates, predicts and exports.
        presets: Complete settings by name; `"quick"` is the default.
        build_data: `(settings, run) -> data`, what the task trains on; it keeps in the run folder what later commands need.
        build_model: `(settings, data) -> keras.Model`, inside the strategy's scope.
        fixed: Names of the settings that weights and tokenizers hang on: a training that goes on from a finished run cannot change them.
    """

    name: str
    summary: str
    task: str
    presets: Mapping[str, Any]
    build_data: Callable
    build_model: Callable
    fixed: tuple[str, ...]

    @property
    def settings_class(self) -> type:
        """The frozen dataclass of settings that every preset is an instance of."""
        return type(self.presets["quick"])

    def settings_of(self, run: RunFolder) -> Any:
        """Returns the settings that a run of the recipe was started with.

        Raises:
            UserError: The folder is no run folder, or its settings are not those of this version's recipe.
        """
        try:
            return self.settings_class(**run.read_config()["settings"])
        except TypeError as error:
            raise UserError(f"{run.config}: expected the settings of this version of the recipe {self.name} ({error})") from error
