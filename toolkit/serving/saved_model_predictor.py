"""Labels texts with an exported SavedModel."""

import json
from collections.abc import Sequence
from pathlib import Path

import tensorflow as tf
import tensorflow_text  # noqa: F401 - loads the operators of the tokenizer in the graph

from toolkit.errors import UserError
from toolkit.serving.predictions import Predictions


class SavedModelPredictor:
    """Labels texts with the SavedModel of an export, by its serving signature.

    Args:
        directory: Folder of one version.

    Raises:
        UserError: The folder holds no such SavedModel.
    """

    def __init__(self, directory: Path):
        try:
            self.label_names = json.loads((directory / "assets" / "labels.json").read_text("utf-8"))
            self._model = tf.saved_model.load(str(directory))  # its variables live as long as it does
        except (OSError, ValueError, tf.errors.OpError) as error:
            reason = str(error).strip().splitlines()[0]
            raise UserError(f"{directory}: expected a SavedModel that `toolkit export` wrote, but it cannot be read ({reason})") from error

    def predict(self, texts: Sequence[str]) -> Predictions:
        """Labels a batch of texts, as `TextPredictor` has it."""
        answers = self._model.signatures["serving_default"](texts=tf.constant(texts))
        return Predictions([label.decode() for label in answers["labels"].numpy()], answers["scores"].numpy())
