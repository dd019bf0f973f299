"""Runs a LiteRT file, without TensorFlow."""

from pathlib import Path

import numpy as np

from toolkit.errors import naming
from toolkit.quiet import native_notices_hidden


class LiteRTModel:
    """A classifier in a `.tflite` file, in an interpreter that has the built-in operators and no others.

    Args:
        path: The file.

    Raises:
        UserError: The file is no LiteRT model, or it needs other operators.
    """

    def __init__(self, path: Path):
        self._interpreter = open_interpreter(path)
        with naming(path, "a LiteRT model of a classifier"):
            self._tokens = self._interpreter.get_input_details()[0]["index"]
            self._scores = self._interpreter.get_output_details()[0]["index"]

    def __call__(self, ids: np.ndarray) -> np.ndarray:
        """Classifies one text.

        Args:
            ids: int32 token ids `[time]`, of any length.

        Returns:
            The probabilities, float32 `[labels]`.
        """
        row = np.zeros((1, max(len(ids), 1)), np.int32)  # a text without tokens is one step of padding
        row[0, : len(ids)] = ids
        self._interpreter.resize_tensor_input(self._tokens, row.shape)
        self._interpreter.allocate_tensors()
        self._interpreter.set_tensor(self._tokens, row)
        self._interpreter.invoke()
        return self._interpreter.get_tensor(self._scores)[0]


class LiteRTSignatures:
    """A `.tflite` file of several signatures, in an interpreter that has the built-in operators and no others.

    Args:
        path: The file.

    Raises:
        UserError: The file is no LiteRT model, or it needs other operators.
    """

    def __init__(self, path: Path):
        self._interpreter = open_interpreter(path)
        with naming(path, "a LiteRT model with signatures"):
            names = self._interpreter.get_signature_list()
            self._runners = {name: self._interpreter.get_signature_runner(name) for name in names}

    def __call__(self, signature: str, **inputs: np.ndarray) -> dict[str, np.ndarray]:
        """Runs a signature.

        Args:
            signature: Its name.
            **inputs: Its inputs by name, of any batch and length.

        Returns:
            Its outputs by name.
        """
        return self._runners[signature](**inputs)

    def describe(self) -> dict[str, dict[str, dict[str, str]]]:
        """Returns the type and shape of each input and output of each signature; -1 is any size."""
        return {
            name: {"inputs": _described(runner.get_input_details()), "outputs": _described(runner.get_output_details())}
            for name, runner in self._runners.items()
        }


class LiteRTCompiled:
    """A `.tflite` file of fixed shapes, in LiteRT's `CompiledModel`, which phones and browsers have in place of the interpreter.

    Args:
        path: The file.

    Raises:
        UserError: The file is no LiteRT model, or it cannot be compiled.
    """

    def __init__(self, path: Path):
        from ai_edge_litert.compiled_model import CompiledModel

        open_interpreter(path)  # looks whether the file is whole: on one that is not, CompiledModel crashes
        with naming(path, "a LiteRT model of fixed shapes that can be compiled"):
            with native_notices_hidden():
                self._model = CompiledModel.from_file(str(path))
            names = self._model.get_signature_list()
            self._inputs = {name: self._buffers(name, "input", parts["inputs"]) for name, parts in names.items()}
            self._outputs = {name: self._buffers(name, "output", parts["outputs"]) for name, parts in names.items()}

    def __call__(self, signature: str, **inputs: np.ndarray) -> dict[str, np.ndarray]:
        """Runs a signature.

        Args:
            signature: Its name.
            **inputs: Its inputs by name, of its types and shapes.

        Returns:
            Its outputs by name.
        """
        for name, value in inputs.items():
            self._inputs[signature][name].write(np.ascontiguousarray(value))
        outputs = self._outputs[signature]
        self._model.run_by_name(signature, self._inputs[signature], outputs)
        details = self._model.get_output_tensor_details(signature)
        return {name: _read(buffer, details[name]) for name, buffer in outputs.items()}

    def shapes(self, signature: str) -> dict[str, list[int]]:
        """Returns the shapes of the inputs of a signature."""
        return {name: list(detail["shape"]) for name, detail in self._model.get_input_tensor_details(signature).items()}

    def _buffers(self, signature: str, side: str, names: list[str]) -> dict:
        create = getattr(self._model, f"create_{side}_buffer_by_name")
        return {name: create(signature, name) for name in names}


def open_interpreter(path: Path):
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


def _described(details: dict) -> dict[str, str]:
    shapes = {name: ", ".join(map(str, detail["shape_signature"])) for name, detail in sorted(details.items())}
    return {name: f"{np.dtype(details[name]['dtype']).name} [{shape}]" for name, shape in shapes.items()}


def _read(buffer, details: dict) -> np.ndarray:
    shape = list(details["shape"])
    return buffer.read(int(np.prod(shape)), np.dtype(details["dtype"])).reshape(shape)
