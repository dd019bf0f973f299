"""Labels texts with an exported LiteRT file, without TensorFlow."""

import json
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from toolkit.data.crop import crop
from toolkit.errors import UserError
from toolkit.export.litert_model import LiteRTModel
from toolkit.serving.predictions import Predictions
from toolkit.text.tokenizer import Tokenizer


class LiteRTPredictor:
    """Labels texts with the three files of the folder `litert` of an export.

    Args:
        directory: Folder of `model.tflite`, `tokenizer.model` and `model.json`.

    Raises:
        UserError: A file is missing or damaged.
    """

    def __init__(self, directory: Path):
        description_file = directory / "model.json"
        try:
            description = json.loads(description_file.read_text("utf-8"))
            self.label_names, self.max_length = description["label_names"], description["max_length"]
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise UserError(f"{description_file}: expected the description that `toolkit export` wrote, but it cannot be read") from error
        self.tokenizer = Tokenizer.load(directory / "tokenizer.model")
        self._model = LiteRTModel(directory / "model.tflite")

    def predict(self, texts: Sequence[str]) -> Predictions:
        """Labels a batch of texts, as `TextPredictor` has it."""
        probabilities = np.stack([self._model(crop(ids, self.max_length)) for ids in self.tokenizer.encode(texts)])
        return Predictions([self.label_names[best] for best in probabilities.argmax(axis=1)], probabilities)
