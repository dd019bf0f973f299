"""Whether what clients read of a version says what the model is: the same functions that wrote it say what it has to be."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import tensorflow as tf
from tensorflow.core.protobuf.saved_model_pb2 import SavedModel

from toolkit.errors import UserError, naming
from toolkit.export.comparison import compare
from toolkit.export.exporter import Exporter
from toolkit.export.litert import FILES, FUSED
from toolkit.export.litert_description import DESCRIPTION, described, description_of, read_litert_description
from toolkit.export.warm_up import FILE as WARM_UP
from toolkit.export.warm_up import WARMED, read_warm_up
from toolkit.inference.functions import concrete, signature_of, spec_of

PREDICT_METHOD = "tensorflow/serving/predict"
TOKENIZER_OPERATION = "SentencepieceOp"


def check_descriptions(exporter: Exporter, version: Path, samples: Sequence[str], signatures: Mapping[str, Any]) -> None:
    """Checks every description, asset, tokenizer, signature and warm-up request of a version against its model.

    Args:
        exporter: The model.
        version: Folder of the version.
        samples: Held-out texts that it was exported with; the warm-up requests are made of them.
        signatures: By name, the functions that the model's SavedModel has as signatures.

    Raises:
        UserError: One says something else; the message names the file and the field.
    """
    for name, content in exporter.assets().items():
        _check_file(version / "assets" / name, content)
    litert = version / "litert"
    for name, tokenizer in exporter.tokenizers().items():
        _check_file(litert / name, tokenizer.model_proto)
    _check_litert(exporter, litert)
    check_saved_model(exporter, version / "saved_model.pb", signatures)
    _check_warm_up(exporter, version, samples)


def _check_file(path: Path, expected: bytes) -> None:
    """Compares texts by what they say, so that a message can name a field; and what is no text by its bytes."""
    found = _read(path)
    if path.suffix in (".json", ".txt"):
        compare(path, _parsed(path, expected), _parsed(path, found))
    elif found != expected:
        raise UserError(f"{path}: expected the {len(expected):,} bytes that are in the model, found {len(found):,} others")


def _read(path: Path) -> bytes:
    with naming(path, "a file of the export"):
        return path.read_bytes()


def _parsed(path: Path, content: bytes) -> Any:
    with naming(path, "what `toolkit export` wrote"):
        text = content.decode("utf-8")
        return json.loads(text) if path.suffix == ".json" else text.split("\n")


def _check_litert(exporter: Exporter, litert: Path) -> None:
    """Compares the description; and the files that differ in nothing but their weights, which have the same signatures."""
    found = read_litert_description(litert)
    compare(litert / DESCRIPTION, description_of(exporter, litert, found["left_out"]), found)
    for files in (FILES, FUSED):
        there = [litert / file for file in files.values() if (litert / file).is_file()]
        for path in there[1:]:
            compare(path, described(there[0]), described(path))


def check_saved_model(exporter: Exporter, path: Path, signatures: Mapping[str, Any]) -> None:
    """Checks the signatures of a SavedModel, and the tokenizers in its graph.

    Args:
        exporter: The model.
        path: The file.
        signatures: By name, the functions that it has to have.

    Raises:
        UserError: It has others.
    """
    with naming(path, "a SavedModel"):
        [graph] = SavedModel.FromString(path.read_bytes()).meta_graphs
    expected = {
        name: {"method": exporter.methods.get(name, PREDICT_METHOD), **signature_of(concrete(function)).described()}
        for name, function in signatures.items()
    }
    compare(path, expected, signatures_of(graph))
    nodes = [*graph.graph_def.node, *(node for function in graph.graph_def.library.function for node in function.node_def)]
    found = {node.attr["model"].s for node in nodes if node.op == TOKENIZER_OPERATION}
    if found != {tokenizer.model_proto for tokenizer in exporter.tokenizers().values()}:
        raise UserError(f"{path}: expected the tokenizers of the files beside it in the graph, found others")


def signatures_of(graph: Any) -> dict[str, Any]:
    """Returns what a `MetaGraphDef` says of its signatures."""
    return {
        name: {"method": signature.method_name, "inputs": _tensors(signature.inputs), "outputs": _tensors(signature.outputs)}
        for name, signature in graph.signature_def.items()
        if not name.startswith("__")
    }


def _tensors(tensors: Mapping[str, Any]) -> dict[str, str]:
    return {name: str(spec_of(tf.TensorSpec(tf.TensorShape(info.tensor_shape), info.dtype))) for name, info in tensors.items()}


def _check_warm_up(exporter: Exporter, version: Path, samples: Sequence[str]) -> None:
    expected = exporter.warm_up((list(samples) or [""])[:WARMED])
    found = read_warm_up(version)
    if len(found) != len(expected):
        raise UserError(f"{version / WARM_UP}: expected {len(expected)} requests, found {len(found)}")
    for number, (wanted, said) in enumerate(zip(expected, found, strict=True), start=1):
        if wanted != said:
            raise UserError(f"{version / WARM_UP}: request {number}: expected the one that the held-out texts make, found another one")
