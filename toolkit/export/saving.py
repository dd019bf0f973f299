"""Writes SavedModels."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import tensorflow as tf

CLASSIFY_METHOD = "tensorflow/serving/classify"
"""Method of a signature that TF Serving's Classify API may call."""


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


def set_method_name(directory: Path, signature: str, method: str) -> None:
    """Says which of TF Serving's APIs a signature is for; TensorFlow says of each that it is for Predict.

    Args:
        directory: The SavedModel.
        signature: Its signature.
        method: The method's name.
    """
    updater = tf.compat.v1.saved_model.signature_def_utils.MethodNameUpdater(str(directory))
    updater.replace_method_name(signature, method, tags=["serve"])
    updater.save()
