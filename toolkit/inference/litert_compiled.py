"""Runs a LiteRT file in LiteRT's `CompiledModel`, without TensorFlow."""

import functools
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from toolkit.errors import naming
from toolkit.inference.litert import open_interpreter
from toolkit.inference.runner import Runner, Signature, TensorSpec
from toolkit.quiet import hide_native_notices_at_exit, native_notices_hidden


class CompiledRunner(Runner):
    """The signatures of a `.tflite` file of fixed shapes, in what phones and browsers have in place of the interpreter.

    Args:
        path: The file.

    Raises:
        UserError: The file is no LiteRT model, or it cannot be compiled.
    """

    def __init__(self, path: Path):
        from ai_edge_litert.compiled_model import CompiledModel

        self.name = str(path)
        open_interpreter(path)  # looks whether the file is whole: on one that is not, CompiledModel crashes
        with naming(path, "a LiteRT model of fixed shapes that can be compiled"):
            with native_notices_hidden():
                self._model = CompiledModel.from_file(str(path), environment=_environment())
            self.signatures = {name: self._signature(name) for name in self._model.get_signature_list()}
            self._inputs = {name: self._buffers("input", name, signature.inputs) for name, signature in self.signatures.items()}
            with native_notices_hidden():
                self._write_once()
            self._outputs = {name: self._buffers("output", name, signature.outputs) for name, signature in self.signatures.items()}

    def _run(self, signature: str, arrays: Mapping[str, Any]) -> dict[str, np.ndarray]:
        inputs, outputs = self._inputs[signature], self._outputs[signature]
        for name, value in arrays.items():
            inputs[name].write(np.ascontiguousarray(value))
        self._model.run_by_name(signature, inputs, outputs)
        return {name: _read(outputs[name], spec) for name, spec in self.signatures[signature].outputs.items()}

    def _write_once(self) -> None:
        """Fills the inputs: LiteRT makes a second environment when something is first written, and announces it."""
        for name, signature in self.signatures.items():
            for key, spec in signature.inputs.items():
                self._inputs[name][key].write(np.zeros(spec.shape, spec.dtype))

    def _signature(self, name: str) -> Signature:
        return Signature(_specs(self._model.get_input_tensor_details(name)), _specs(self._model.get_output_tensor_details(name)))

    def _buffers(self, side: str, signature: str, specs: Mapping[str, TensorSpec]) -> dict[str, Any]:
        create = getattr(self._model, f"create_{side}_buffer_by_name")
        return {name: create(signature, name) for name in specs}


@functools.cache
def _environment() -> Any:
    """Returns the one environment of this process: LiteRT writes to the terminal when one ends, and no setting of it stops that."""
    from ai_edge_litert.environment import Environment

    hide_native_notices_at_exit()
    return Environment.create()


def _specs(details: Mapping[str, Any]) -> dict[str, TensorSpec]:
    return {name: TensorSpec(np.dtype(detail["dtype"]).name, tuple(map(int, detail["shape"]))) for name, detail in details.items()}


def _read(buffer: Any, spec: TensorSpec) -> np.ndarray:
    return buffer.read(int(np.prod(spec.shape)), np.dtype(spec.dtype)).reshape(spec.shape)
