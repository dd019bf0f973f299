"""Runs a LiteRT file in LiteRT's interpreter, without TensorFlow."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from toolkit.errors import naming
from toolkit.inference.runner import Runner, Signature, TensorSpec
from toolkit.quiet import native_notices_hidden


class LiteRTRunner(Runner):
    """The signatures of a `.tflite` file, for any batch and length, in an interpreter that has the built-in operators and no others.

    Args:
        path: The file.

    Raises:
        UserError: The file is no LiteRT model, or it needs other operators.
    """

    def __init__(self, path: Path):
        self.name = str(path)
        self._interpreter = open_interpreter(path)
        with naming(path, "a LiteRT model with signatures"):
            names = self._interpreter.get_signature_list()
            self._runners = {name: self._interpreter.get_signature_runner(name) for name in names}
            self.signatures = {name: _signature(runner) for name, runner in self._runners.items()}

    def _run(self, signature: str, arrays: Mapping[str, Any]) -> dict[str, np.ndarray]:
        return self._runners[signature](**arrays)


def open_interpreter(path: Path) -> Any:
    """Returns LiteRT's interpreter of a file.

    Args:
        path: The file.

    Raises:
        UserError: The file is no LiteRT model, or it needs other operators than the built-in ones.
    """
    from ai_edge_litert.interpreter import Interpreter

    with native_notices_hidden(), naming(path, "a LiteRT model of built-in operators"):
        interpreter = Interpreter(str(path))
        interpreter.allocate_tensors()
    return interpreter


def _signature(runner: Any) -> Signature:
    return Signature(_specs(runner.get_input_details()), _specs(runner.get_output_details()))


def _specs(details: Mapping[str, Any]) -> dict[str, TensorSpec]:
    shapes = {name: tuple(None if size == -1 else int(size) for size in details[name]["shape_signature"]) for name in sorted(details)}
    return {name: TensorSpec(np.dtype(details[name]["dtype"]).name, shape) for name, shape in shapes.items()}
