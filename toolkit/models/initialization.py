"""Models that start from another one."""

from toolkit.models.language_model import LanguageModel
from toolkit.models.text_classifier import TextClassifier

SHARED = ("vocabulary_size", "embedding_dim", "cell")


def start_from_language_model(classifier: TextClassifier, language_model: LanguageModel) -> None:
    """Gives a classifier what a language model has learned: the embedding, and the lowest recurrent layer, in the direction of reading.

    What the language model has nothing for keeps the weights it has: the direction backwards, layers above, the output.

    Args:
        classifier: The classifier, whose weights are changed.
        language_model: The trained language model.

    Raises:
        ValueError: They differ in the size of the vocabulary or of the embedding, in the cell, or in the units of the lowest layer.

    Source: Dai & Le 2015, "Semi-supervised sequence learning".
    """
    layer = language_model.recurrent.layers[0]
    expected = {name: getattr(language_model, name) for name in SHARED} | {"units": layer.units}
    differing = {name: value for name, value in expected.items() if getattr(classifier, name) != value}
    if differing:
        received = ", ".join(f"{name}={getattr(classifier, name)!r}" for name in differing)
        wanted = ", ".join(f"{name}={value!r}" for name, value in differing.items())
        raise ValueError(f"The classifier must have what the language model has: {wanted}. Received: {received}")
    scale = language_model.embedding_dim**0.5  # which the language model applies when it reads
    classifier.embedding_layer.embeddings.assign(scale * language_model.embedding_layer.embeddings)
    classifier.lowest_layer.forward_layer.set_weights(layer.get_weights())
