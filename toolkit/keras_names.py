"""Lets Keras find our classes in a `.keras` file, so that after `import toolkit` its own `load_model` opens one.

Such a file names a class as `toolkit>GRU`, and Keras knows the name once the module of the class has been imported. To import them all
would cost TensorFlow, so Keras is told where they are instead: at once if it has been imported, else when it is.
"""

import importlib
import importlib.abc
import sys
from collections.abc import Callable, Mapping
from typing import Any


class _Elsewhere:
    """Stands for a class until Keras makes an object of it. The class, once it is imported, takes its place."""

    def __init__(self, name: str, module: str):
        self._name, self._module = name, module

    def from_config(self, config: dict) -> Any:
        """Makes an object of the class."""
        return getattr(importlib.import_module(self._module), self._name).from_config(config)


class _WhenKerasIsImported(importlib.abc.MetaPathFinder):
    """Finds Keras as everything else on `sys.meta_path` does, and runs `then` when it has been imported."""

    def __init__(self, then: Callable[[], None]):
        self._then = then

    def find_spec(self, fullname, path=None, target=None):
        """Returns how to import Keras, and nothing for any other module."""
        if fullname != "keras":
            return None
        specs = (finder.find_spec(fullname, path, target) for finder in sys.meta_path if finder is not self)
        spec = next(filter(None, specs), None)
        if spec is not None and spec.loader is not None:
            self._follow(spec.loader)
        return spec

    def _follow(self, loader):
        execute = loader.exec_module

        def execute_and_tell(module):
            execute(module)
            self._then()

        loader.exec_module = execute_and_tell


def tell_keras(homes: Mapping[str, str]) -> None:
    """Tells Keras where our classes are.

    Args:
        homes: The module of each class by its name.
    """

    def tell() -> None:
        known = sys.modules["keras"].saving.get_custom_objects()
        for name, module in homes.items():
            known.setdefault(f"toolkit>{name}", _Elsewhere(name, module))

    if "keras" in sys.modules:
        tell()
    else:
        sys.meta_path.insert(0, _WhenKerasIsImported(tell))
