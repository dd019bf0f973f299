"""Where a model makes vectors of tokens."""

import keras


def embedding_of(model: keras.Model) -> keras.layers.Embedding | None:
    """Returns the layer that makes vectors of the tokens that a model reads; `None` if it cannot be told which one that is."""
    found = [layer for layer in model._flatten_layers() if isinstance(layer, keras.layers.Embedding)]
    return getattr(model, "embedding_layer", found[0] if len(found) == 1 else None)
