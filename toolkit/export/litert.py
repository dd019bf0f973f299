"""Conversion to LiteRT, in a process of its own: `python -m toolkit.export.litert SAVED_MODEL float32 FILE.tflite ...`.

The converter can crash the process that it runs in.
"""

import re
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import tensorflow as tf

from toolkit.errors import UserError
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
REASON = ".reason"
"""Suffix of the file in which the process leaves what the converter says of a file that it cannot make."""

Reasons = dict[str, str]
"""What the converter says of the files that it cannot make, by their names."""


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
    """Converts several sets of signatures in one process, as starting it takes longer than most conversions."""
    jobs: list[tuple[Path, str, Path]] = []
    for number, (signatures, files) in enumerate(conversions):
        saved_model = directory / f".tokens-{number}"
        save_module(module, signatures, saved_model)
        jobs += [(saved_model, name, path) for name, path in files.items()]
    try:
        return _run(jobs)
    finally:
        for saved_model in {job[0] for job in jobs}:
            tf.io.gfile.rmtree(str(saved_model))


def _run(jobs: Sequence[tuple[Path, str, Path]]) -> Reasons:
    """Runs jobs in a process, and those behind one that has crashed it in another."""
    reasons: Reasons = {}
    while jobs:
        words = [str(word) for job in jobs for word in job]
        process = subprocess.run([sys.executable, "-m", __name__, *words], capture_output=True, text=True, errors="replace", check=False)
        left = []
        for *_, path in jobs:
            said = path.with_suffix(REASON)
            if said.is_file():
                reasons[path.name] = said.read_text("utf-8")
                said.unlink()
            elif not path.is_file():
                left.append(path)
        if left:
            reasons[left[0].name] = f"the LiteRT converter ended with exit code {process.returncode}: {reason_in(process.stderr)}"
        jobs = [job for job in jobs if job[-1] in left[1:]]
    return reasons


def reason_in(text: str) -> str:
    """Returns the converter's own words for what it could not do, out of all that it says.

    Args:
        text: The message of its error, or what its process has written. Its compiler writes a line `PLACE: error: WORDS` for each error,
            and notes after it.
    """
    errors = re.findall(r"(?:^|: )error: (.+)", text)
    lines = [line for line in text.strip().splitlines() if line.strip()]
    return (errors or lines[-1:] or ["no message"])[0].strip()


def _convert(*words: str) -> None:
    for saved_model, name, path in zip(words[::3], words[1::3], words[2::3], strict=True):
        converter = tf.lite.TFLiteConverter.from_saved_model(saved_model)
        converter.target_spec.supported_ops = [tf.lite.OpsSet.TFLITE_BUILTINS]
        if name != "float32":
            converter.optimizations = [tf.lite.Optimize.DEFAULT]
        if name == "float16":
            converter.target_spec.supported_types = [tf.float16]
        try:
            content = converter.convert()
        except Exception as error:  # its errors have no class of their own that it exports
            Path(path).with_suffix(REASON).write_text(f"the LiteRT converter says: {reason_in(str(error))}", "utf-8")
        else:
            Path(path).write_bytes(content)


if __name__ == "__main__":
    _convert(*sys.argv[1:])
