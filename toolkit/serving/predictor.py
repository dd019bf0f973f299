"""From texts to labels."""

from collections.abc import Sequence

import keras

from toolkit.data.crop import crop
from toolkit.inference.classifier import classifier_runner
from toolkit.inference.probabilities import probabilities_of
from toolkit.serving.predictions import Predictions
from toolkit.text.tokenizer import Tokenizer


class Predictor:
    """Labels texts with a trained classifier.

    Args:
        model: Classifier from token ids to logits.
        tokenizer: Its tokenizer.
        label_names: Names of the labels, in the order of the logits.
        max_length: Tokens kept of a text; a longer one loses its middle.
    """

    def __init__(self, model: keras.Model, tokenizer: Tokenizer, label_names: Sequence[str], max_length: int):
        self.tokenizer = tokenizer
        self.label_names = list(label_names)
        self.max_length = max_length
        self._runner = classifier_runner(model)

    def predict(self, texts: Sequence[str]) -> Predictions:
        """Labels a batch of texts, as `TextPredictor` has it."""
        tokens = [crop(ids, self.max_length) for ids in self.tokenizer.encode(texts)]
        probabilities = probabilities_of(self._runner, tokens)
        return Predictions([self.label_names[best] for best in probabilities.argmax(axis=1)], probabilities)
