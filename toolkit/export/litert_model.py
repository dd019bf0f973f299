"""Runs a LiteRT file, without TensorFlow."""

from pathlib import Path

import numpy as np

from toolkit.errors import UserError
from toolkit.quiet import native_notices_hidden


class LiteRTModel:
    """A classifier in a `.tflite` file, in an interpreter that has the built-in operators and no others.

    Args:
        path: The file.

    Raises:
        UserError: The file is no LiteRT model, or it needs other operators.
    """

    def __init__(self, path: Path):
        from ai_edge_litert.interpreter import Interpreter

        try:
            with native_notices_hidden():
                self._interpreter = Interpreter(str(path))
                self._interpreter.allocate_tensors()
        except (ValueError, RuntimeError) as error:
            reason = str(error).strip().splitlines()[0]
            raise UserError(f"{path}: expected a LiteRT model of built-in operators, but it cannot be loaded ({reason})") from error
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
