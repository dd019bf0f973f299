"""What a recipe is: settings and a model, and the kind of task that does the rest."""

import dataclasses
import re
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from types import ModuleType
from typing import Any

from toolkit.arguments import InvalidArgument
from toolkit.errors import UserError
from toolkit.run_folder import RunFolder

ATTRIBUTE = "RECIPE"
"""What a module calls its recipe."""

PACKAGE = "recipes"
"""The package of the recipes that the toolkit brings, which are found by their names."""


@dataclasses.dataclass(frozen=True)
class Recipe:
    """A named way to train a model.

    Attributes:
        name: What run folders are called, and for a recipe of the toolkit the word after `toolkit train`.
        summary: One line for `toolkit list` and the help.
        task: The kind of task, one of `toolkit.tasks.registry.TASKS`: it trains, evaluates, predicts and exports.
        presets: Settings by name, of which the first is the default; or one instance of settings, which is `"quick"` then.
        build_model: `(settings, data) -> keras.Model`, inside the strategy's scope.
        build_data: `(settings, run) -> data`, what the task trains on; it keeps in the run folder what later commands need. By default the
            task reads its data itself.
        fixed: Names of the settings that the weights hang on: a training that goes on from a finished run cannot change them, nor what the
            task's own settings call `fixed`. By default all that the recipe's settings have besides those of the task.

    Raises:
        InvalidArgument: The name cannot name a folder, or there are no presets.
    """

    name: str
    summary: str
    task: str
    presets: Mapping[str, Any]
    build_model: Callable
    build_data: Callable | None = None
    fixed: tuple[str, ...] | None = None

    def __post_init__(self):
        if not isinstance(self.name, str) or not re.fullmatch(r"\w[\w.-]*", self.name):
            raise InvalidArgument("name", "letters, digits, `_`, `.` and `-`, as it names folders", self.name)
        if isinstance(self.presets, Mapping) and not self.presets:
            raise InvalidArgument("presets", "settings, or settings by name", self.presets)
        if not isinstance(self.presets, Mapping):
            object.__setattr__(self, "presets", {"quick": self.presets})
        own = _own_settings(self.settings_class) if self.fixed is None else self.fixed
        object.__setattr__(self, "fixed", (*getattr(self.settings_class, "fixed", ()), *own))

    @property
    def default_preset(self) -> str:
        """The name of the settings that a training starts from unless it is told otherwise."""
        return next(iter(self.presets))

    @property
    def settings_class(self) -> type:
        """The frozen dataclass of settings that every preset is an instance of."""
        return type(self.presets[self.default_preset])

    @property
    def file(self) -> Path | None:
        """The file whose `RECIPE` it is; `None` if there is none, as in a notebook, or if it is found by its name."""
        if self.is_named:
            return None
        modules = sorted(self._modules, key=lambda module: module.__name__ != self.settings_class.__module__)  # others import it from there
        files = [Path(module.__file__).resolve() for module in modules if getattr(module, "__file__", None)]
        return next((file for file in files if file.is_file()), None)

    @property
    def is_named(self) -> bool:
        """Whether it is one that the toolkit brings, which is found by its name."""
        return any(_name(module).startswith(f"{PACKAGE}.") for module in self._modules)

    @property
    def _modules(self) -> list[ModuleType]:
        """The modules whose `RECIPE` it is."""
        return [each for each in [*sys.modules.values()] if isinstance(each, ModuleType) and vars(each).get(ATTRIBUTE) is self]

    def settings_of(self, run: RunFolder) -> Any:
        """Returns the settings that a run of the recipe was started with.

        Raises:
            UserError: The folder is no run folder, or its settings are not those of this version's recipe.
        """
        try:
            config = run.read_config()
            return self.settings_class(**config["settings"] | config.get("chosen", {}))
        except TypeError as error:
            raise UserError(f"{run.config}: expected the settings of this version of the recipe {self.name} ({error})") from error


def _name(module: ModuleType) -> str:
    """Returns a module's name, also of the one that runs as `python -m NAME`."""
    return module.__spec__.name if getattr(module, "__spec__", None) else module.__name__


def _own_settings(settings_class: type) -> tuple[str, ...]:
    """Returns the names of the settings that no class of the toolkit has."""
    of_the_toolkit = [each for each in settings_class.__mro__ if each.__module__.startswith("toolkit.")]
    known = {field.name for each in of_the_toolkit if dataclasses.is_dataclass(each) for field in dataclasses.fields(each)}
    fields = dataclasses.fields(settings_class) if dataclasses.is_dataclass(settings_class) else ()
    return tuple(field.name for field in fields if field.name not in known)
