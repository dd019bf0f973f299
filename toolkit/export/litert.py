"""Conversion to LiteRT, in a process of its own: `python -m toolkit.export.litert SAVED_MODEL float32 FILE.tflite ...`.

The converter can crash the process that it runs in.
"""

import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import tensorflow as tf

from toolkit.errors import UserError
from toolkit.export.litert_model import LiteRTSignatures
from toolkit.export.saving import save_module
from toolkit.export.verification import operators

FUSED_OPERATOR = "UNIDIRECTIONAL_SEQUENCE_LSTM"
FORMATS = ("float32", "float16", "int8")
FILES = {"float32": "model.tflite", "float16": "model_float16.tflite", "int8": "model_int8.tflite"}
STATIC = "model_static.tflite"
FUSED = {"float32": "model_fused.tflite", "int8": "model_fused_int8.tflite"}


def convert_to_litert(module: tf.Module, signatures: Mapping[str, Any], files: Mapping[str, Path]) -> None:
    """Writes functions as the signatures of LiteRT files of built-in operators. The signatures of a file share its weights.

    | format | weights | arithmetic |
    |---|---|---|
    | `float32` | as they are | single precision |
    | `float16` | rounded to half precision | single precision, or half where a GPU has it |
    | `int8` | large ones as 8-bit integers with a scale for each row | what is multiplied with them is rounded to 8 bits on the way |

    Args:
        module: Holds every variable that the signatures use.
        signatures: By name, a `tf.function` that has an `input_signature`, or a concrete function. Trace them with the time-loop backend
            `"litert"`.
        files: The `.tflite` file of each format that is wanted, in one folder.

    Raises:
        OSError: A file cannot be written.
        UserError: The converter failed.
        ValueError: A format is not known.
    """
    if unknown := sorted(set(files) - set(FORMATS)):
        raise ValueError(f"Argument `files` must have formats of {FORMATS}. Received: {unknown}")
    _convert_all(module, [(signatures, files)], next(iter(files.values())).parent)


def convert_dynamic_and_static(
    module: tf.Module, signatures: Mapping[str, Any], static: Mapping[str, Any], directory: Path
) -> dict[str, Any]:
    """Writes the four LiteRT files of a version: three formats for any shape, and one of fixed shapes.

    Args:
        module: Holds every variable that the signatures use.
        signatures: Those for any shape.
        static: Those of fixed shapes.
        directory: The version's folder `litert`.

    Returns:
        What `model.json` says of the file of fixed shapes.

    Raises:
        OSError: A file cannot be written.
        UserError: The converter failed.
    """
    files = {name: directory / file for name, file in FILES.items()}
    _convert_all(module, [(signatures, files), (static, {"float32": directory / STATIC})], directory)
    return {"file": STATIC, "signatures": LiteRTSignatures(directory / STATIC).describe()}


def convert_fused(module: tf.Module, signatures: Mapping[str, Any], directory: Path) -> dict[str, Any]:
    """Writes the two LiteRT files with the fused LSTM.

    Args:
        module: Holds every variable that the signatures use.
        signatures: Those for one unpadded text, traced with the time-loop backend `"fused"`.
        directory: The version's folder `litert`.

    Returns:
        What `model.json` says of them.

    Raises:
        OSError: A file cannot be written.
        UserError: The converter failed, or left the loop as it was.
    """
    files = {name: directory / file for name, file in FUSED.items()}
    _convert_all(module, [(signatures, files)], directory)
    for path in files.values():
        if FUSED_OPERATOR not in operators(path):
            raise UserError(f"{path.name}: expected the operator {FUSED_OPERATOR}, but the LiteRT converter has made none of it")
    return {"file": FUSED["float32"], "signatures": LiteRTSignatures(files["float32"]).describe()}


def _convert_all(module: tf.Module, conversions: Sequence[tuple[Mapping[str, Any], Mapping[str, Path]]], directory: Path) -> None:
    """Converts several sets of signatures in one process, as starting it takes longer than most conversions."""
    words, paths = [], []
    for number, (signatures, files) in enumerate(conversions):
        saved_model = directory / f".tokens-{number}"
        save_module(module, signatures, saved_model)
        words += [word for name, path in files.items() for word in (str(saved_model), name, str(path))]
        paths += files.values()
    process = subprocess.run([sys.executable, "-m", __name__, *words], capture_output=True, text=True, check=False)
    for saved_model in set(words[::3]):
        tf.io.gfile.rmtree(saved_model)
    missing = [path.name for path in paths if not path.is_file()]
    if process.returncode or missing:
        reason = (process.stderr.strip().splitlines() or ["no message"])[-1]
        raise UserError(f"{', '.join(missing)}: the LiteRT converter failed with exit code {process.returncode}: {reason}")


def _convert(*words: str) -> None:
    for saved_model, name, path in zip(words[::3], words[1::3], words[2::3], strict=True):
        converter = tf.lite.TFLiteConverter.from_saved_model(saved_model)
        converter.target_spec.supported_ops = [tf.lite.OpsSet.TFLITE_BUILTINS]
        if name != "float32":
            converter.optimizations = [tf.lite.Optimize.DEFAULT]
        if name == "float16":
            converter.target_spec.supported_types = [tf.float16]
        Path(path).write_bytes(converter.convert())


if __name__ == "__main__":
    _convert(*sys.argv[1:])
