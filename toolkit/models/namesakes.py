"""Layers of Keras as their namesakes here, which hold the same weights and compute the same for servers and devices, too."""

from typing import Any

import keras

from toolkit.layers import GRU, LSTM, RNN, Bidirectional, MeanOverTime, SimpleRNN

NAMESAKES = {each.__name__: each for each in (LSTM, GRU, SimpleRNN, RNN, Bidirectional)} | {"GlobalAveragePooling1D": MeanOverTime}
USUAL = {"data_format": "channels_last", "keepdims": False}
"""Arguments of Keras's layers that ours have not, and what they have to be."""


def with_namesakes(model: keras.Model) -> keras.Model:
    """Returns a model with our layers in place of Keras's recurrent layers and of its mean over time.

    LiteRT cannot run the loops of Keras's own for batches and texts of any size, and Keras's mean of a row without tokens, such as one that
    fills up a batch, is NaN.

    Args:
        model: The model.

    Returns:
        A copy; the model itself if it has no such layer.
    """
    config = keras.saving.serialize_keras_object(model)
    renamed = _renamed(config)
    if renamed == config:
        return model
    copy = keras.saving.deserialize_keras_object(renamed)
    copy.set_weights(model.get_weights())
    return copy


def _renamed(config: Any) -> Any:
    """Returns a configuration that names our layers."""
    if isinstance(config, (list, tuple)):
        return type(config)(map(_renamed, config))
    if not isinstance(config, dict):
        return config
    renamed = {key: _renamed(value) for key, value in config.items()}
    ours = NAMESAKES.get(config.get("class_name")) if config.get("module") == "keras.layers" else None
    arguments = renamed.get("config")
    if ours is None or any(arguments.get(name, usual) != usual for name, usual in USUAL.items()):
        return renamed
    arguments = {name: value for name, value in arguments.items() if name not in USUAL}
    return {**renamed, "module": ours.__module__, "registered_name": keras.saving.get_registered_name(ours), "config": arguments}
