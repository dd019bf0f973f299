"""Runs a SavedModel in TensorFlow."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import tensorflow as tf

from toolkit.errors import UserError, naming
from toolkit.inference.functions import FunctionRunner
from toolkit.quiet import native_notices_hidden
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
        self._has_run = False

    def _run(self, signature: str, arrays: Mapping[str, Any]) -> dict[str, np.ndarray]:
        if self._has_run:
            return super()._run(signature, arrays)
        with native_notices_hidden():  # the first call makes the tokenizer, which announces itself
            answer = super()._run(signature, arrays)
        self._has_run = True
        return answer
