"""Whether a SavedModel says what the model is, and what TensorFlow's C API and XLA make of it."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import tensorflow as tf
from tensorflow.core.protobuf.saved_model_pb2 import SavedModel
from tensorflow_serving.apis.prediction_log_pb2 import PredictionLog

from toolkit.errors import UserError, naming
from toolkit.export.comparison import compare, compare_file
from toolkit.export.exporter import Exporter
from toolkit.export.saving import assets_of
from toolkit.export.tolerance import Tolerance
from toolkit.export.warm_up import FILE as WARM_UP
from toolkit.export.warm_up import read_warm_up
from toolkit.export.xla import check_compiles
from toolkit.inference.c_api import CRunner
from toolkit.inference.c_library import find_library
from toolkit.inference.functions import FunctionRunner, concrete, signature_of, spec_of
from toolkit.inference.runner import STRING, Runner, Signature
from toolkit.inference.saved_model import TOKENIZER_OPERATION

PREDICT_METHOD = "tensorflow/serving/predict"


def check_contents(exporter: Exporter, version: Path, requests: Sequence[PredictionLog]) -> None:
    """Checks what clients read of a SavedModel: the same functions that wrote it say what it has to be.

    Args:
        exporter: The model.
        version: Folder of the version.
        requests: The warm-up requests that it has to have.

    Raises:
        UserError: An asset, a signature, a tokenizer in the graph or a request is another one.
    """
    assets = assets_of(exporter)
    for path in (version / "assets").glob("[!.]*"):
        if path.name not in assets:
            raise UserError(f"{path}: expected no such asset, as the model has none of that name")
    for name, content in assets.items():
        compare_file(version / "assets" / name, content)
    _check_graph(exporter, version / "saved_model.pb")
    path, found = version / WARM_UP, read_warm_up(version)
    if len(found) != len(requests):
        raise UserError(f"{path}: expected {len(requests)} requests, found {len(found)}")
    for number, (wanted, said) in enumerate(zip(requests, found, strict=True), start=1):
        if wanted != said:
            raise UserError(f"{path}: request {number}: expected the one that the held-out texts make, found another one")


def proofs_of(version: Path, runner: FunctionRunner) -> dict[str, Any]:
    """Has a SavedModel loaded by TensorFlow's C API, which is the loader that TF Serving has, and compiled by XLA.

    Args:
        version: Folder of the version.
        runner: What runs it in Python.

    Returns:
        `c_api`, the number of requests to which the C API, in a process without Python's TensorFlow, gives what Python does, or
        `None` if this operating system has no such library; `compiled`,
        the signatures of fixed shapes of which XLA makes a program that any device can run; and `not_compiled`, by name what is wrong with
        the others.

    Raises:
        UserError: The C API cannot load it, or answers something else.
    """
    answered, reasons = _answers_in_c_api(version, runner), {}
    fixed = sorted(name for name, signature in runner.signatures.items() if _is_fixed(signature))
    for name in fixed:
        try:
            check_compiles(runner.functions[name], name)
        except UserError as error:
            reasons[name] = str(error)
    return {"c_api": answered, "compiled": [name for name in fixed if name not in reasons], "not_compiled": reasons}


def _answers_in_c_api(version: Path, runner: Runner) -> int | None:
    """Compares what the C API answers to the warm-up requests with what Python does; returns their number."""
    if find_library() is None:
        return None
    requests = [log.predict_log.request for log in read_warm_up(version) if log.HasField("predict_log")]
    with CRunner(version) as other:
        for request in requests:
            signature, inputs = request.model_spec.signature_name, _inputs(request)
            _compare(signature, runner.run(signature, **inputs), other.run(signature, **inputs))
    return len(requests)


def _check_graph(exporter: Exporter, path: Path) -> None:
    with naming(path, "a SavedModel"):
        [graph] = SavedModel.FromString(path.read_bytes()).meta_graphs
    expected = {
        name: {"method": exporter.methods.get(name, PREDICT_METHOD), **signature_of(concrete(function)).described()}
        for name, function in exporter.graph[1].items()
    }
    signatures = {name: signature for name, signature in graph.signature_def.items() if not name.startswith("__")}
    compare(path, expected, {name: _described(signature) for name, signature in signatures.items()})
    nodes = [*graph.graph_def.node, *(node for function in graph.graph_def.library.function for node in function.node_def)]
    found = {node.attr["model"].s for node in nodes if node.op == TOKENIZER_OPERATION}
    tokenizers = exporter.tokenizers().values() if exporter.takes_strings else ()
    if found != {tokenizer.model_proto for tokenizer in tokenizers}:
        raise UserError(f"{path}: expected the tokenizers of the files beside it in the graph, found others")


def _described(signature: Any) -> dict[str, Any]:
    return {"method": signature.method_name, "inputs": _tensors(signature.inputs), "outputs": _tensors(signature.outputs)}


def _tensors(tensors: Mapping[str, Any]) -> dict[str, str]:
    return {name: str(spec_of(tf.TensorSpec(tf.TensorShape(info.tensor_shape), info.dtype))) for name, info in tensors.items()}


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
