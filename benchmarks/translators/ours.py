"""The translator of this project, trained by the step of its `fit`."""

import tensorflow as tf

from benchmarks.contenders.graph import start
from benchmarks.translators import Trainer
from benchmarks.translators.setting import Setting, Weights
from toolkit.models.translator import Translator
from toolkit.training.losses import sparse_cross_entropy
from toolkit.training.optimizers import build_optimizer
from toolkit.training.steps import Steps

__all__ = ["build", "start"]


def build(setting: Setting, weights: Weights) -> Trainer:
    """Makes the model and its training step."""
    model = make_model(setting, weights)
    optimizer = build_optimizer("adam", setting.learning_rate, global_clipnorm=setting.global_clipnorm)
    optimizer.build(model.trainable_variables)
    steps = Steps(model, optimizer, {"loss": sparse_cross_entropy}, tf.distribute.get_strategy())

    def train(batch) -> float:
        sums, _ = steps.train(batch)
        return sums["loss"] / sums["weight"]

    return Trainer(lambda batch: tf.nest.map_structure(tf.constant, batch), train)


def make_model(setting: Setting, weights: Weights) -> Translator:
    """Returns the model with its weights."""
    model = Translator(
        setting.vocabulary_size,
        embedding_dim=setting.embedding_dim,
        units=setting.units,
        encoder_layers=setting.encoder_layers,
        decoder_layers=setting.decoder_layers,
    )
    model.build(None)
    model.embedding_layer.set_weights([weights.embedding])
    for stack, arrays in ((model.encoder.layers, weights.encoder), (model.decoder.layers, weights.decoder)):
        for layer, values in zip(stack, arrays, strict=True):
            layer.set_weights(values)
    for bridge, values in zip(model.bridge_layers, weights.bridges, strict=True):
        bridge.set_weights(values)
    model.output_layer.set_weights([weights.output])
    model.output_bias.assign(weights.output_bias)
    return model
