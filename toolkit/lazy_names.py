"""Public names of a package that are imported when they are first used (PEP 562), so that importing the package costs next to nothing."""

import difflib
import importlib
import sys
from collections.abc import Callable, Mapping
from typing import Any


def lazy_names(package: str, homes: Mapping[str, str]) -> tuple[list[str], Callable[[str], Any], Callable[[], list[str]]]:
    """Makes what a package's `__init__.py` needs to offer names that lie in other modules.

    Args:
        package: The package, its `__name__`.
        homes: The module of each name.

    Returns:
        Its `__all__`, `__getattr__` and `__dir__`.
    """

    def load(name: str) -> Any:
        """Imports a public name."""
        if name not in homes:
            near = difflib.get_close_matches(name, homes, n=1)
            advice = f"did you mean {near[0]}?" if near else f"it has {', '.join(sorted(homes))}"
            raise AttributeError(f"module {package!r} has no attribute {name!r}; {advice}")
        value = getattr(importlib.import_module(homes[name]), name)
        setattr(sys.modules[package], name, value)
        return value

    def names() -> list[str]:
        """Returns the public names, and those of modules below that have been imported."""
        modules = [name for name in vars(sys.modules[package]) if f"{package}.{name}" in sys.modules]
        return sorted({*modules, *homes})

    return sorted(homes), load, names
