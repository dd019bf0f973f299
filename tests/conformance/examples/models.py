"""How to make one of each registered model, and what to call it on."""

import keras
import numpy as np

from toolkit.models import LanguageModel, TextClassifier, Translator

TOKENS = np.array([[4, 5, 6, 0], [7, 8, 9, 3]], "int32")


def translator():
    tokens = keras.Input((None,), dtype="int32")
    return keras.Model(tokens, Translator(10, embedding_dim=4, units=6)([tokens, tokens]))


def classifier():
    # With the maximum over time a weight may have no part in it, by chance.
    return TextClassifier(10, ["no", "yes"], embedding_dim=4, units=3, segment_length=2, pooling="mean")


def language_model():
    tokens = keras.Input((None,), dtype="int32")
    return keras.Model(tokens, LanguageModel(10, embedding_dim=4, units=3)(tokens)[0])


EXAMPLES = {
    "toolkit>LanguageModel": (language_model, TOKENS),
    "toolkit>TextClassifier": (classifier, TOKENS),
    "toolkit>Translator": (translator, TOKENS),
}
