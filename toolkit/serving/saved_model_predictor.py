"""Labels texts with an exported SavedModel."""

from collections.abc import Sequence
from pathlib import Path

from toolkit.inference.runner import encoded
from toolkit.serving.predictions import Predictions
from toolkit.serving.saved_model import open_saved_model


class SavedModelPredictor:
    """Labels texts with the SavedModel of an export, by its serving signature.

    Args:
        directory: Folder of one version.

    Raises:
        UserError: The folder holds no such SavedModel.
    """

    def __init__(self, directory: Path):
        self._runner, self.label_names = open_saved_model(directory, "labels.json")

    def predict(self, texts: Sequence[str]) -> Predictions:
        """Labels a batch of texts, as `TextPredictor` has it."""
        answers = self._runner.run("serving_default", texts=encoded(texts))
        return Predictions([label.decode() for label in answers["labels"]], answers["scores"])
