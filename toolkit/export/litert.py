"""Conversion to LiteRT, in a process of its own: `python -m toolkit.export.litert SAVED_MODEL FILE.tflite`.

The converter can crash the process that it runs in.
"""

import subprocess
import sys
from pathlib import Path

import keras
import tensorflow as tf

from toolkit.errors import UserError
from toolkit.evaluation.prediction import probability_function
from toolkit.export.saving import save_module


def convert_to_litert(model: keras.Model, path: Path) -> None:
    """Writes a classifier as a LiteRT file: token ids in, probabilities out, built-in operators only.

    Args:
        model: Classifier from token ids to logits.
        path: The `.tflite` file. Its one input is int32 `[batch, time]`, both of any size, its output float32 `[batch, labels]`.

    Raises:
        OSError: The file cannot be written.
        UserError: The converter failed.
    """
    module = tf.Module()
    module.model_variables = [variable.value for variable in model.variables]
    module.probabilities = probability_function(model, "litert")
    saved_model = path.parent / ".tokens"
    save_module(module, module.probabilities, saved_model)
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
