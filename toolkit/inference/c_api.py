"""Runs a SavedModel by TensorFlow's C library alone, in a process without Python's TensorFlow."""

import base64
import contextlib
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from toolkit.errors import UserError
from toolkit.inference.runner import STRING, Runner, Signature, TensorSpec

TYPES = {1: "float32", 2: "float64", 3: "int32", 4: "uint8", 6: "int8", 7: STRING, 9: "int64", 10: "bool", 22: "uint32", 23: "uint64"}
"""Types of tensors as TensorFlow's C API numbers them."""

NUMBERS = sorted(set(TYPES.values()) - {STRING})


class CRunner(Runner):
    """The signatures of a SavedModel, which is loaded by the code that TF Serving loads it by. Close it: it is a process of its own.

    Args:
        directory: The SavedModel's folder.

    Raises:
        UserError: The library is missing, it cannot load the SavedModel, or a request fails.
        ValueError: An input is of a type that is not known here.
    """

    def __init__(self, directory: Path):
        self.name = str(directory)
        self._notices = tempfile.TemporaryFile("w+", encoding="utf-8", errors="replace")  # noqa: SIM115 - `close` closes it
        self._process = subprocess.Popen(
            [sys.executable, "-m", "toolkit.inference.c_library", str(directory)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._notices,
            env={**os.environ, "TF_CPP_MIN_LOG_LEVEL": "3"},
            text=True,
        )
        try:
            described = self._answer()["signatures"]
        except BaseException:
            self.close()
            raise
        self.signatures = {name: Signature(*map(_specs, sides)) for name, sides in described.items()}

    def _run(self, signature: str, arrays: Mapping[str, Any]) -> dict[str, np.ndarray]:
        request = json.dumps([signature, {name: as_json(value) for name, value in arrays.items()}])
        with contextlib.suppress(BrokenPipeError):  # it has ended, and `_answer` says why
            print(request, file=self._process.stdin, flush=True)
        return {name: from_json(value) for name, value in self._answer()["outputs"].items()}

    def close(self) -> None:
        """Ends the process."""
        self._process.kill()
        self._process.communicate()
        self._notices.close()

    def _answer(self) -> dict[str, Any]:
        line = self._process.stdout.readline()
        if not line:
            self._notices.seek(0)
            reason = (self._notices.read().strip().splitlines() or ["no message"])[-1]
            raise UserError(f"{self.name}: TensorFlow's C API ended with exit code {self._process.wait()}: {reason}")
        answer = json.loads(line)
        if "error" in answer:
            raise UserError(answer["error"])
        if answer["python_tensorflow"]:
            raise UserError(f"{self.name}: expected a process without Python's TensorFlow, but something imported it; mend the environment")
        return answer


def as_json(value: Any) -> dict[str, Any]:
    """Returns an array as JSON has it; exactly, whatever bytes there are in it.

    Raises:
        ValueError: It is of a type that is not known here.
    """
    array = np.asarray(value)
    if array.dtype.kind not in "OSU":
        if array.dtype.name not in NUMBERS:
            raise ValueError(f"Arguments of a signature must be strings or one of {NUMBERS}. Received: {array.dtype.name}")
        return {"type": array.dtype.name, "shape": array.shape, "data": base64.b64encode(array.tobytes()).decode()}
    items = [item.encode() if isinstance(item, str) else item for item in array.ravel().tolist()]
    return {"type": STRING, "shape": array.shape, "data": [base64.b64encode(item).decode() for item in items]}


def from_json(value: Mapping[str, Any]) -> np.ndarray:
    """Undoes `as_json`; strings are `bytes`."""
    if value["type"] != STRING:
        return np.frombuffer(base64.b64decode(value["data"]), value["type"]).reshape(value["shape"])
    array = np.empty(len(value["data"]), object)
    array[:] = [base64.b64decode(item) for item in value["data"]]
    return array.reshape(value["shape"])


def _specs(described: Mapping[str, Any]) -> dict[str, TensorSpec]:
    return {name: TensorSpec(dtype, None if shape is None else tuple(shape)) for name, (dtype, shape) in described.items()}
