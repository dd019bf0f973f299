"""From texts to labels."""

from collections.abc import Sequence

import keras

from toolkit.data.batching.crop import crop
from toolkit.evaluation.prediction import predict_probabilities, probability_function
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
        self._probabilities = probability_function(model)

    def predict(self, texts: Sequence[str]) -> Predictions:
        """Labels a batch of texts, as `TextPredictor` has it."""
        tokens = [crop(ids, self.max_length) for ids in self.tokenizer.encode(texts)]
        probabilities = predict_probabilities(self._probabilities, tokens)
        return Predictions([self.label_names[best] for best in probabilities.argmax(axis=1)], probabilities)
