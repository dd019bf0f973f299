"""Conversion to LiteRT, in a process of its own: `python -m toolkit.export.litert SAVED_MODEL FILE.tflite`.

The converter can crash the process that it runs in.
"""

import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import tensorflow as tf

from toolkit.errors import UserError
from toolkit.export.saving import save_module


def convert_to_litert(module: tf.Module, signatures: Mapping[str, Any], path: Path) -> None:
    """Writes functions as the signatures of one LiteRT file of built-in operators. They share their weights.

    Args:
        module: Holds every variable that the signatures use.
        signatures: By name, a `tf.function` that has an `input_signature`, or a concrete function. Trace them with the time-loop backend
            `"litert"`.
        path: The `.tflite` file.

    Raises:
        OSError: The file cannot be written.
        UserError: The converter failed.
    """
    saved_model = path.parent / ".tokens"
    save_module(module, signatures, saved_model)
    command = [sys.executable, "-m", "toolkit.export.litert", str(saved_model), str(path)]
    process = subprocess.run(command, capture_output=True, text=True, check=False)
    tf.io.gfile.rmtree(str(saved_model))
    if process.returncode or not path.is_file():
        reason = (process.stderr.strip().splitlines() or ["no message"])[-1]
        raise UserError(f"{path.name}: the LiteRT converter failed with exit code {process.returncode}: {reason}")


def _convert(saved_model: str, path: str) -> None:
    converter = tf.lite.TFLiteConverter.from_saved_model(saved_model)
    converter.target_spec.supported_ops = [tf.lite.OpsSet.TFLITE_BUILTINS]
    Path(path).write_bytes(converter.convert())


if __name__ == "__main__":
    _convert(*sys.argv[1:])
