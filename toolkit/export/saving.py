"""Writes SavedModels."""

from pathlib import Path

import tensorflow as tf


def save_module(module: tf.Module, function: tf.types.experimental.GenericFunction, directory: Path) -> None:
    """Writes a module as a SavedModel with one signature, `serving_default`.

    Args:
        module: Holds every variable and table that the function uses.
        function: The signature; it has an `input_signature`.
        directory: The folder to write.

    Raises:
        OSError: The disk is full or the folder cannot be written, for which TensorFlow has many errors of its own.
    """
    try:
        tf.saved_model.save(module, str(directory), signatures={"serving_default": function})
    except tf.errors.OpError as error:
        raise OSError(error.message.strip().splitlines()[0]) from error
