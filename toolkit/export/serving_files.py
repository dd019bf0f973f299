"""Whether TensorFlow Serving can read what lies beside a model for it, and serves the model by it."""

from functools import cache
from pathlib import Path
from typing import Any

from google.protobuf import descriptor_pb2, descriptor_pool, message_factory, text_format, wrappers_pb2
from tensorflow_serving.config.model_server_config_pb2 import ModelServerConfig

from toolkit.errors import UserError, naming
from toolkit.export.tensorflow_serving import BATCHING, BATCHING_TEXT, MODEL_BATCHING, MODELS, MOUNTED, PLATFORM

_FIELD = descriptor_pb2.FieldDescriptorProto
_NUMBER = {"type": _FIELD.TYPE_MESSAGE, "type_name": ".google.protobuf.Int64Value"}
_BATCHING_FIELDS = {
    "max_batch_size": _NUMBER,
    "batch_timeout_micros": _NUMBER,
    "max_enqueued_batches": _NUMBER,
    "num_batch_threads": _NUMBER,
    "thread_pool_name": {"type": _FIELD.TYPE_MESSAGE, "type_name": ".google.protobuf.StringValue"},
    "allowed_batch_sizes": {"type": _FIELD.TYPE_INT64, "label": _FIELD.LABEL_REPEATED},
    "pad_variable_length_inputs": {"type": _FIELD.TYPE_BOOL},
}
"""TensorFlow Serving's `BatchingParameters`, which its package for Python does not have."""


def check_serving_files(version: Path, joins_requests: bool) -> list[str]:
    """Checks the files by which TensorFlow Serving serves a version. Each may be missing: versions are copied without them.

    Args:
        version: Folder of the version.
        joins_requests: Whether a server may join requests to the model.

    Returns:
        Sentences about what is no error.

    Raises:
        UserError: TensorFlow Serving could not read one, or would serve something else by it.
    """
    if (version / MODEL_BATCHING).is_file():
        if not joins_requests:
            raise UserError(f"{version / MODEL_BATCHING}: expected none, as requests to this model cannot be joined; remove it")
        read_batching(version / MODEL_BATCHING)
    directory = version.resolve().parent
    return [*_check_threads(directory.parent / BATCHING), *_check_models(directory.parent / MODELS, directory.name)]


def read_batching(path: Path) -> Any:
    """Reads how TensorFlow Serving joins requests.

    Args:
        path: The file.

    Raises:
        UserError: TensorFlow Serving could not read it, or a number is below what it takes.
    """
    parameters = _read(path, _batching_parameters()(), "parameters of TensorFlow Serving's batching")
    for field, value in parameters.ListFields():
        number, least = getattr(value, "value", None), int(field.name != "batch_timeout_micros")
        if isinstance(number, int) and number < least:
            raise UserError(f"{path}: {field.name}: expected a number from {least} on, found {number}")
    return parameters


def _check_threads(path: Path) -> list[str]:
    """Checks what all models share, which is the user's to tune."""
    if not path.is_file() or read_batching(path) == text_format.Parse(BATCHING_TEXT, _batching_parameters()()):
        return []
    return [f"{path.name} in the folder above: other numbers than an export writes, as it may have"]


def _check_models(path: Path, name: str) -> list[str]:
    """Checks how a model is named among those that are served."""
    if not path.is_file():
        return []
    expected = {"name": name, "base_path": f"{MOUNTED}/{name}", "model_platform": PLATFORM}
    for config in _read(path, ModelServerConfig(), "a list of models for TensorFlow Serving").model_config_list.config:
        found = {field: getattr(config, field) for field in expected}
        if found["name"] != name and Path(found["base_path"]).name != name:
            continue
        for field, value in found.items():
            if value != expected[field]:
                raise UserError(f'{path}: {field} of {name}: expected "{expected[field]}", found "{value}"; the next export writes it anew')
        return []
    return [f"{path.name} in the folder above: does not name this model, so TensorFlow Serving does not serve it"]


def _read(path: Path, message: Any, expected: str) -> Any:
    with naming(path, expected):
        return text_format.Parse(path.read_bytes().decode("utf-8"), message)


@cache
def _batching_parameters() -> type:
    file = descriptor_pb2.FileDescriptorProto(name="batching_parameters.proto", package="recurrent_toolkit", syntax="proto3")
    file.dependency.append("google/protobuf/wrappers.proto")
    message = file.message_type.add(name="BatchingParameters")
    for number, (name, options) in enumerate(_BATCHING_FIELDS.items(), start=1):
        message.field.add(name=name, number=number, **options)
    pool = descriptor_pool.DescriptorPool()
    pool.AddSerializedFile(wrappers_pb2.DESCRIPTOR.serialized_pb)
    pool.AddSerializedFile(file.SerializeToString())
    return message_factory.GetMessageClass(pool.FindMessageTypeByName("recurrent_toolkit.BatchingParameters"))
