"""The language model of this project, trained by the step of its `fit`."""

import tensorflow as tf

from benchmarks.contenders import Trainer
from benchmarks.contenders.graph import start
from benchmarks.contenders.our_training import our_trainer
from benchmarks.language_models.setting import Setting, Weights
from toolkit.models.language_model import LanguageModel
from toolkit.training.carried_state import CarriedState

__all__ = ["build", "make_model", "start"]


def build(setting: Setting, weights: Weights, precision: str = "float32") -> Trainer:
    """Makes the model and its training step."""
    model = CarriedState(make_model(setting, weights), setting.rows)
    limits = setting.learning_rate, setting.global_clipnorm
    return our_trainer(model, *limits, lambda batch: tf.nest.map_structure(tf.constant, batch), precision)


def untrained(setting: Setting) -> LanguageModel:
    """Returns the model with weights as its layers draw them."""
    names = ("vocabulary_size", "embedding_dim", "units", "num_layers", "cell", "tied_output")
    model = LanguageModel(**{name: getattr(setting, name) for name in names})
    model.build(None)
    return model


def make_model(setting: Setting, weights: Weights) -> LanguageModel:
    """Returns the model with its weights, if there are any for its layers."""
    model = untrained(setting)
    model.embedding_layer.set_weights([weights.embedding])
    if weights.layers:
        for layer, arrays in zip(model.recurrent.layers, weights.layers, strict=True):
            layer.set_weights(arrays)
    if not setting.tied_output:
        model.output_kernel.assign(weights.output)
    model.output_bias.assign(weights.output_bias)
    return model
