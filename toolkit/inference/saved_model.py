"""Runs a SavedModel in TensorFlow."""

from pathlib import Path

import tensorflow as tf
import tensorflow_text  # noqa: F401 - loads the operators of the tokenizers in the graph

from toolkit.errors import naming
from toolkit.inference.functions import FunctionRunner


class SavedModelRunner(FunctionRunner):
    """The signatures of a SavedModel. Nothing of what made it is imported.

    Args:
        directory: Its folder.

    Raises:
        UserError: It cannot be read.
    """

    def __init__(self, directory: Path):
        with naming(directory / "saved_model.pb", "a SavedModel with its variables and assets"):
            self._model = tf.saved_model.load(str(directory))  # its variables live as long as it does
            super().__init__(self._model.signatures, str(directory))
