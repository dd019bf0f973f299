import keras
import numpy as np
import pytest

from toolkit.models.initialization import start_from_language_model
from toolkit.models.language_model import LanguageModel
from toolkit.models.text_classifier import TextClassifier

VOCABULARY, EMBEDDING, UNITS = 12, 4, 6


def language_model(**changes) -> LanguageModel:
    keras.utils.set_random_seed(0)
    model = LanguageModel(**{"vocabulary_size": VOCABULARY, "embedding_dim": EMBEDDING, "units": UNITS, "cell": "lstm"} | changes)
    model.build(None)
    return model


def classifier(**changes) -> TextClassifier:
    sizes = {"vocabulary_size": VOCABULARY, "label_names": ["a", "b"], "embedding_dim": EMBEDDING, "units": UNITS}
    return TextClassifier(**sizes | changes)


@pytest.mark.parametrize("cell", ["lstm", "gru", "simple_rnn"])
@pytest.mark.parametrize("segment_length", [None, 8])
def test_the_lowest_layer_reads_forwards_as_the_language_model(cell, segment_length):
    source, model = language_model(cell=cell, num_layers=1), classifier(cell=cell, num_layers=2, segment_length=segment_length)
    backwards = [weight.copy() for weight in model.lowest_layer.backward_layer.get_weights()]
    scale = np.std(model.embedding_layer.get_weights()[0])
    start_from_language_model(model, source)
    np.testing.assert_allclose(np.std(model.embedding_layer.get_weights()[0]), scale, rtol=1e-5)
    tokens = np.random.default_rng(0).integers(1, VOCABULARY, (2, 7))
    features, _ = source(tokens, return_features=True)
    outputs = model.lowest_layer(model.embedding_layer(tokens))
    np.testing.assert_allclose(outputs[:, :, :UNITS], features, atol=1e-6)  # single precision
    for before, after in zip(backwards, model.lowest_layer.backward_layer.get_weights(), strict=True):
        np.testing.assert_array_equal(before, after)


def test_other_sizes_are_named():
    with pytest.raises(ValueError, match=r"`embedding_dim` must be what the language model has, 4\. Received: embedding_dim=5"):
        start_from_language_model(classifier(embedding_dim=5, units=7), language_model())
