"""How to make one of each registered class, and what to call it on, from the files in `examples/`."""

import pkgutil
import runpy
from pathlib import Path

_FOLDER = Path(__file__).parent / "examples"

EXAMPLES = {
    name: example
    for module in pkgutil.iter_modules([str(_FOLDER)])
    for name, example in runpy.run_path(str(_FOLDER / f"{module.name}.py"))["EXAMPLES"].items()
}
