"""Models that start from another one."""

import keras
from keras import ops

from toolkit.arguments import InvalidArgument
from toolkit.models.language_model import LanguageModel
from toolkit.models.text_classifier import TextClassifier

SHARED = ("vocabulary_size", "embedding_dim", "cell")


def start_from_model(model: keras.Model, trained: keras.Model, *, keeps_output: bool = False) -> None:
    """Gives a model what another one of the same architecture has learned. What only training reads, such as dropout, may differ.

    Args:
        model: The model, whose weights are changed.
        trained: The trained model.
        keeps_output: Whether its `output_layers`, or if it has none the last layer that has weights, keep their own, as those of a
            classifier of other labels have to.

    Raises:
        ValueError: They differ in the number or the shapes of the weights.
    """
    last = [layer for layer in model.layers if layer.weights][-1:]
    output = getattr(model, "output_layers", last) if keeps_output else []
    own = [id(variable) for layer in output for variable in layer.weights]
    if len(model.weights) != len(trained.weights):
        raise ValueError(f"Argument `trained` must have {len(model.weights)} weights, as `model` has. Received: {len(trained.weights)}")
    taken = [pair for pair in zip(model.weights, trained.weights, strict=True) if id(pair[0]) not in own]
    for variable, value in taken:
        if variable.shape != value.shape:
            raise ValueError(f"Argument `trained` must have {variable.shape} as {variable.path}. Received: {value.shape} as {value.path}")
    for variable, value in taken:
        variable.assign(ops.convert_to_numpy(value))


def start_from_language_model(classifier: TextClassifier, language_model: LanguageModel) -> None:
    """Gives a classifier what a language model has learned: the embedding, and the lowest recurrent layer, in the direction of reading.

    What the language model has nothing for keeps the weights it has: the direction backwards, layers above, the output.

    The embedding keeps the scale that the classifier's own had, and the kernel that reads it makes up for that. Adam's steps are of one
    size for all weights: an embedding of unit variance, as the language model reads, would hardly learn what a label hangs on.

    Args:
        classifier: The classifier, whose weights are changed.
        language_model: The trained language model.

    Raises:
        InvalidArgument: They differ in the size of the vocabulary or of the embedding, in the cell, or in the units of the lowest layer.

    Source: Dai & Le 2015, "Semi-supervised sequence learning".
    """
    layer = language_model.recurrent.layers[0]
    for name, value in ({name: getattr(language_model, name) for name in SHARED} | {"units": layer.cell.units}).items():
        if getattr(classifier, name) != value:
            raise InvalidArgument(name, f"what the language model has, {value!r}", getattr(classifier, name))
    embeddings, own = (ops.convert_to_numpy(model.embedding_layer.embeddings) for model in (language_model, classifier))
    scale = own.std() / embeddings.std()
    classifier.embedding_layer.embeddings.assign(scale * embeddings)
    kernel, *others = layer.get_weights()
    read = language_model.embedding_dim**0.5  # what the language model multiplies an embedding by
    classifier.lowest_layer.forward_layer.set_weights([read / scale * kernel, *others])
