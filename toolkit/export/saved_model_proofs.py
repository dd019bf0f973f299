"""Proofs about a SavedModel by what is not this toolkit: TensorFlow's C API, and XLA."""

from pathlib import Path
from typing import Any

import numpy as np
import tensorflow as tf

from toolkit.errors import UserError
from toolkit.export.tolerance import Tolerance
from toolkit.export.warm_up import read_warm_up
from toolkit.export.xla import check_compiles
from toolkit.inference.c_api import CRunner
from toolkit.inference.functions import FunctionRunner
from toolkit.inference.runner import STRING, Runner, Signature


def answers_in_c_api(version: Path, runner: Runner) -> int:
    """Compares what TensorFlow's C API answers to the warm-up requests, in a process without Python's TensorFlow, with what Python does.

    It is the loader that TF Serving has.

    Args:
        version: Folder of a version.
        runner: What runs it in Python.

    Returns:
        The number of requests.

    Raises:
        UserError: It cannot load the SavedModel, or answers something else.
    """
    requests = [log.predict_log.request for log in read_warm_up(version) if log.HasField("predict_log")]
    with CRunner(version) as other:
        for request in requests:
            signature, inputs = request.model_spec.signature_name, _inputs(request)
            _compare(signature, runner.run(signature, **inputs), other.run(signature, **inputs))
    return len(requests)


def compiled_signatures(runner: FunctionRunner) -> tuple[list[str], dict[str, str]]:
    """Has XLA make programs of the signatures that have fixed shapes.

    Args:
        runner: What runs a version in Python.

    Returns:
        The names of those that it makes a program of which any device can run, and by name what is wrong with the others.
    """
    compiled, reasons = [], {}
    for name in sorted(name for name, signature in runner.signatures.items() if _is_fixed(signature)):
        try:
            check_compiles(runner.functions[name], name)
            compiled.append(name)
        except UserError as error:
            reasons[name] = str(error)
    return compiled, reasons


def _is_fixed(signature: Signature) -> bool:
    return all(spec.shape is not None and None not in spec.shape and spec.dtype != STRING for spec in signature.inputs.values())


def _inputs(request: Any) -> dict[str, np.ndarray]:
    return {name: tf.make_ndarray(value) for name, value in request.inputs.items()}


def _compare(signature: str, expected: dict[str, np.ndarray], found: dict[str, np.ndarray]) -> None:
    for name, value in expected.items():
        if not _same(value, found[name]):
            raise UserError(f"SavedModel in TensorFlow's C API: expected the {name} of {signature} that Python gives, found others")


def _same(expected: np.ndarray, found: np.ndarray) -> bool:
    if expected.dtype.kind in "OSUbi":
        return np.array_equal(expected, found)
    tolerance = Tolerance(size=np.abs(expected).max(initial=0))  # the same operators: no sum is made in another order
    return expected.shape == found.shape and np.allclose(expected, found, rtol=0, atol=tolerance.score)
