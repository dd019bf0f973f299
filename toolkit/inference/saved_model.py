"""Runs a SavedModel in TensorFlow."""

from pathlib import Path

import tensorflow as tf

from toolkit.errors import UserError, naming
from toolkit.inference.functions import FunctionRunner
from toolkit.text.graph_tokenizer import NO_STRINGS, has_operators  # and loads the operators of the tokenizers in the graph

TOKENIZER_OPERATION = "SentencepieceOp"


class SavedModelRunner(FunctionRunner):
    """The signatures of a SavedModel. Nothing of what made it is imported.

    Args:
        directory: Its folder.

    Raises:
        UserError: It cannot be read, or takes strings and TensorFlow Text is not installed.
    """

    def __init__(self, directory: Path):
        with naming(directory / "saved_model.pb", "a SavedModel with its variables and assets"):
            if not has_operators() and TOKENIZER_OPERATION.encode() in (directory / "saved_model.pb").read_bytes():
                raise UserError(f"{directory}: takes strings, but {NO_STRINGS}; give its LiteRT files, {directory / 'litert'}")
            self._model = tf.saved_model.load(str(directory))  # its variables live as long as it does
            super().__init__(self._model.signatures, str(directory))
