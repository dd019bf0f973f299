"""A small language model of drawn weights, and texts for it, that tests share."""

import numpy as np

from toolkit.models.language_model import LanguageModel

VOCABULARY, BEGIN = 12, 1


def small_model():
    """Returns the model."""
    model = LanguageModel(VOCABULARY, embedding_dim=6, units=7, num_layers=2, seed=0)
    model(np.ones((1, 2), "int32"))
    rng = np.random.default_rng(0)
    for weight in model.weights:
        weight.assign(rng.normal(size=weight.shape).astype("float32") * 0.4)
    return model


def text(length, seed=0):
    """Returns the ids of a text of so many tokens, the begin id before them."""
    return np.concatenate([[BEGIN], np.random.default_rng(seed).integers(3, VOCABULARY, length)]).astype("int32")
