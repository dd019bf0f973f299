"""The same language model of stock Keras layers with `stateful=True`, as a tutorial would write it."""

import keras
import tensorflow as tf

from benchmarks.contenders import Trainer
from benchmarks.contenders.graph import start
from benchmarks.contenders.stock_training import TiedLogits, stock_trainer
from benchmarks.language_models.setting import Setting, Weights

__all__ = ["build", "make_model", "start"]

LAYERS = {"lstm": keras.layers.LSTM, "gru": keras.layers.GRU}


def make_model(setting: Setting) -> keras.Model:
    """Returns the model: tokens to the logits of the next token at each step."""
    tokens = keras.Input(batch_shape=(setting.rows, setting.window), dtype="int32")
    embedding = keras.layers.Embedding(setting.vocabulary_size, setting.embedding_dim, name="embedding")
    outputs = keras.layers.Rescaling(setting.embedding_dim**0.5)(embedding(tokens))  # to about unit variance, as a tied output needs it
    for i, (_, units) in enumerate(setting.layers):
        outputs = LAYERS[setting.cell](units, return_sequences=True, stateful=True, name=f"layer_{i}")(outputs)
    output = TiedLogits(embedding) if setting.tied_output else keras.layers.Dense(setting.vocabulary_size, name="logits")
    return keras.Model(tokens, output(outputs))


def build(setting: Setting, weights: Weights, jit: bool) -> Trainer:
    """Makes the model and compiles its training step, as one XLA program if `jit`."""
    model = make_model(setting)
    set_weights(model, weights)
    return stock_trainer(model, setting.learning_rate, setting.global_clipnorm, jit, _tensors)


def _tensors(batch) -> tuple:
    (tokens, _), predicted, _ = batch  # a stateful layer carries its state without being told; and every token has a weight of 1
    return tf.constant(tokens), tf.constant(predicted)


def set_weights(model: keras.Model, weights: Weights) -> None:
    """Gives the model its weights."""
    model.get_layer("embedding").set_weights([weights.embedding])
    for i, arrays in enumerate(weights.layers):
        model.get_layer(f"layer_{i}").set_weights(arrays)
    output = model.get_layer("logits")
    output.bias.assign(weights.output_bias)
    if weights.output is not weights.embedding:
        output.kernel.assign(weights.output.T)
