"""The LiteRT files of a version."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import tensorflow as tf

from toolkit.errors import UserError
from toolkit.export.converter import CONVERTER, Job, Reasons
from toolkit.export.litert_model import LiteRTSignatures
from toolkit.export.publishing import write_json
from toolkit.export.saving import save_module
from toolkit.export.verification import operators
from toolkit.serving.description import read_description

FUSED_OPERATOR = "UNIDIRECTIONAL_SEQUENCE_LSTM"
FORMATS = ("float32", "float16", "int8")
FILES = {"float32": "model.tflite", "float16": "model_float16.tflite", "int8": "model_int8.tflite"}
STATIC = "model_static.tflite"
FUSED = {"float32": "model_fused.tflite", "int8": "model_fused_int8.tflite"}
DESCRIPTION = "model.json"


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
        UserError: The converter cannot make one of the files.
        ValueError: A format is not known.
    """
    if unknown := sorted(set(files) - set(FORMATS)):
        raise ValueError(f"Argument `files` must have formats of {FORMATS}. Received: {unknown}")
    for file, reason in _convert_all(module, [(signatures, files)], next(iter(files.values())).parent).items():
        raise UserError(f"{file}: {reason}")


def convert_dynamic_and_static(
    module: tf.Module, signatures: Mapping[str, Any], static: Mapping[str, Any], directory: Path
) -> dict[str, Any]:
    """Writes the LiteRT files of a version that the converter can make: three formats for any shape, and one of fixed shapes.

    Args:
        module: Holds every variable that the signatures use.
        signatures: Those for any shape.
        static: Those of fixed shapes.
        directory: The version's folder `litert`.

    Returns:
        What `model.json` says of the files: `signatures`, those for any shape; `static`, the file of fixed shapes and its signatures; and
        `left_out`, what the converter says of the files that it cannot make, by name.

    Raises:
        OSError: A file cannot be written.
    """
    files = {name: directory / file for name, file in FILES.items()}
    left_out = _convert_all(module, [(signatures, files), (static, {"float32": directory / STATIC})], directory)
    made = [path for path in files.values() if path.is_file()]
    return {
        "signatures": LiteRTSignatures(made[0]).describe() if made else {},
        "static": _described(directory / STATIC),
        "left_out": left_out,
    }


def convert_fused(module: tf.Module, signatures: Mapping[str, Any], directory: Path) -> dict[str, Any]:
    """Writes the two LiteRT files with the fused LSTM, or as many as the converter can make.

    Args:
        module: Holds every variable that the signatures use.
        signatures: Those for one unpadded text, traced with the time-loop backend `"fused"`.
        directory: The version's folder `litert`.

    Returns:
        What `model.json` says of them: `fused`, the file in single precision and its signatures; and `left_out`, as of
        `convert_dynamic_and_static`.

    Raises:
        OSError: A file cannot be written.
    """
    files = {name: directory / file for name, file in FUSED.items()}
    left_out = _convert_all(module, [(signatures, files)], directory)
    for path in files.values():
        if path.is_file() and FUSED_OPERATOR not in operators(path):
            left_out[path.name] = f"expected the operator {FUSED_OPERATOR}, but the LiteRT converter has made none of it"
            path.unlink()
    return {"fused": _described(files["float32"]), "left_out": left_out}


def read_left_out(directory: Path) -> Reasons:
    """Returns why a version lacks LiteRT files that others have, by the names of the files.

    Args:
        directory: The version's folder `litert`.

    Raises:
        UserError: Its description cannot be read.
    """
    return read_description(directory / DESCRIPTION).get("left_out", {})


def write_left_out(directory: Path, reasons: Reasons) -> None:
    """Says in the description of a version which LiteRT files it lacks and why; the files are deleted where they are.

    Args:
        directory: The version's folder `litert`.
        reasons: Of all files that it lacks, by name.
    """
    description = read_description(directory / DESCRIPTION)
    for file in reasons:
        (directory / file).unlink(missing_ok=True)
    gone = {part: None for part in ("static", "fused") if (description.get(part) or {}).get("file") in reasons}
    write_json({**description, **gone, "left_out": reasons}, directory / DESCRIPTION)


def _described(path: Path) -> dict[str, Any] | None:
    return {"file": path.name, "signatures": LiteRTSignatures(path).describe()} if path.is_file() else None


def _convert_all(module: tf.Module, conversions: Sequence[tuple[Mapping[str, Any], Mapping[str, Path]]], directory: Path) -> Reasons:
    """Converts several sets of signatures; says what could not be made."""
    jobs: list[Job] = []
    try:
        for number, (signatures, files) in enumerate(conversions):
            saved_model = directory / f".tokens-{number}"
            save_module(module, signatures, saved_model)
            jobs += [Job(str(saved_model), name, str(path)) for name, path in files.items()]
        return CONVERTER.convert(jobs)
    finally:
        for saved_model in {job.saved_model for job in jobs}:
            tf.io.gfile.rmtree(saved_model)
