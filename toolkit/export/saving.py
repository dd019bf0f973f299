"""Writes SavedModels."""

import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import keras
import tensorflow as tf

from toolkit.export.exporter import Exporter
from toolkit.export.publishing import json_text


def write_saved_model(exporter: Exporter, directory: Path) -> None:
    """Writes the SavedModel of a version, with its assets.

    Args:
        exporter: The model.
        directory: The folder to write.

    Raises:
        OSError: It cannot be written.
    """
    module, signatures = exporter.graph
    with tempfile.TemporaryDirectory() as folder:
        module.assets = []
        for name, content in assets_of(exporter).items():
            (Path(folder) / name).write_bytes(content)
            module.assets.append(tf.saved_model.Asset(f"{folder}/{name}"))
        save_module(with_variables(exporter.model, module), signatures, directory)
    for signature, method in exporter.methods.items():  # TensorFlow says of each signature that it is for the Predict API
        updater = tf.compat.v1.saved_model.signature_def_utils.MethodNameUpdater(str(directory))
        updater.replace_method_name(signature, method, tags=["serve"])
        updater.save()


def assets_of(exporter: Exporter) -> dict[str, bytes]:
    """Returns the assets of a SavedModel by name: what it says of itself, and whatever else the exporter wants it to store."""
    return {**exporter.assets(), "model.json": json_text(exporter.description()).encode()}


def with_variables(model: keras.Model, module: tf.Module | None = None) -> tf.Module:
    """Returns a module that holds the variables of a model, where a proof finds them: a SavedModel keeps what its root leads to.

    Args:
        model: The model.
        module: What else is kept; nothing by default.
    """
    module = tf.Module() if module is None else module
    module.model_variables = [variable.value for variable in model.variables]
    return module


def save_module(module: tf.Module, signatures: Mapping[str, Any], directory: Path) -> None:
    """Writes a module as a SavedModel.

    Args:
        module: Holds every variable and table that the signatures use.
        signatures: By name, a `tf.function` that has an `input_signature`, or a concrete function.
        directory: The folder to write.

    Raises:
        OSError: The disk is full or the folder cannot be written, for which TensorFlow has many errors of its own.
    """
    try:
        tf.saved_model.save(module, str(directory), signatures=dict(signatures))
    except tf.errors.OpError as error:
        raise OSError(error.message.strip().splitlines()[0]) from error
