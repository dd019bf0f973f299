"""Labels texts with an exported LiteRT file, without TensorFlow."""

from collections.abc import Sequence
from pathlib import Path

from toolkit.data.crop import crop
from toolkit.inference.litert import LiteRTRunner
from toolkit.inference.probabilities import probabilities_of
from toolkit.serving.description import read_description
from toolkit.serving.predictions import Predictions
from toolkit.text.tokenizer import Tokenizer


class LiteRTPredictor:
    """Labels texts with the three files of the folder `litert` of an export.

    Args:
        directory: Folder of the file, `tokenizer.model` and `model.json`.
        file: The file; that of rounded weights may be taken as well.

    Raises:
        UserError: A file is missing or damaged.
    """

    def __init__(self, directory: Path, file: str = "model.tflite"):
        description = read_description(directory / "model.json", "label_names", "max_length")
        self.label_names, self.max_length = description["label_names"], description["max_length"]
        self.tokenizer = Tokenizer.load(directory / "tokenizer.model")
        self._runner = LiteRTRunner(directory / file)

    def predict(self, texts: Sequence[str]) -> Predictions:
        """Labels a batch of texts, as `TextPredictor` has it."""
        tokens = [crop(ids, self.max_length) for ids in self.tokenizer.encode(texts)]
        probabilities = probabilities_of(self._runner, tokens, tokens_per_batch=None)
        return Predictions([self.label_names[best] for best in probabilities.argmax(axis=1)], probabilities)
