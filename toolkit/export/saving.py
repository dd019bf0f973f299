"""Writes SavedModels."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import tensorflow as tf


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
