"""The translator of this project, trained by the step of its `fit`."""

import tensorflow as tf

from benchmarks.contenders import Trainer
from benchmarks.contenders.graph import start
from benchmarks.contenders.our_training import our_trainer
from benchmarks.translators.setting import Setting, Weights
from toolkit.models.translator import Translator

__all__ = ["build", "start"]


def build(setting: Setting, weights: Weights, precision: str = "float32") -> Trainer:
    """Makes the model and its training step."""
    model = make_model(setting, weights)
    limits = setting.learning_rate, setting.global_clipnorm
    return our_trainer(model, *limits, lambda batch: tf.nest.map_structure(tf.constant, batch), precision)


def make_model(setting: Setting, weights: Weights) -> Translator:
    """Returns the model with its weights; with another cell than LSTM, which has no such weights, as its layers draw them."""
    model = Translator(
        setting.vocabulary_size,
        embedding_dim=setting.embedding_dim,
        units=setting.units,
        encoder_layers=setting.encoder_layers,
        decoder_layers=setting.decoder_layers,
        cell=setting.cell,
    )
    model.build(None)
    if setting.cell != "lstm":
        return model
    model.embedding_layer.set_weights([weights.embedding])
    for stack, arrays in ((model.encoder.layers, weights.encoder), (model.decoder.layers, weights.decoder)):
        for layer, values in zip(stack, arrays, strict=True):
            layer.set_weights(values)
    for bridge, values in zip(model.bridge_layers, weights.bridges, strict=True):
        bridge.set_weights(values)
    model.output_layer.set_weights([weights.output])
    model.output_bias.assign(weights.output_bias)
    return model
