"""The same translator of stock Keras layers, as a tutorial would write it."""

import keras
import tensorflow as tf

from benchmarks.contenders import Trainer
from benchmarks.contenders.graph import start
from benchmarks.contenders.stock_training import TiedLogits, stock_trainer
from benchmarks.translators.setting import Setting, Weights

__all__ = ["build", "make_model", "start"]


def make_model(setting: Setting) -> keras.Model:
    """Returns the model: source and target tokens to the logits of the next target token at each step. Keras passes the masks on."""
    units = setting.units
    source = keras.Input((None,), dtype="int32", name="source")
    target = keras.Input((None,), dtype="int32", name="target")
    embedding = keras.layers.Embedding(setting.vocabulary_size, setting.embedding_dim, mask_zero=True, name="embedding")
    scale = keras.layers.Rescaling(setting.embedding_dim**0.5)  # to about unit variance: what the output shares has to be small there

    memory = scale(embedding(source))
    for i in range(setting.encoder_layers):
        lstm = keras.layers.LSTM(units // 2, return_sequences=True)
        memory = keras.layers.Bidirectional(lstm, name=f"encoder_{i}")(memory)

    mean = keras.layers.GlobalAveragePooling1D()(memory)
    states = [keras.layers.Dense(units, activation="tanh", name=f"bridge_{i}")(mean) for i in range(2 * setting.decoder_layers)]
    outputs = scale(embedding(target))
    for i in range(setting.decoder_layers):
        lstm = keras.layers.LSTM(units, return_sequences=True, name=f"decoder_{i}")
        outputs = lstm(outputs, initial_state=states[2 * i : 2 * i + 2])

    seen = keras.layers.Attention(name="attention")([outputs, memory])
    both = keras.layers.Concatenate()([seen, outputs])
    attended = keras.layers.Dense(setting.embedding_dim, activation="tanh", use_bias=False, name="output")(both)
    return keras.Model([source, target], TiedLogits(embedding)(attended))


def build(setting: Setting, weights: Weights, jit: bool) -> Trainer:
    """Makes the model and compiles its training step, as one XLA program if `jit`."""
    model = make_model(setting)
    set_weights(model, weights)
    return stock_trainer(model, setting.learning_rate, setting.global_clipnorm, jit, _tensors)


def _tensors(batch) -> tuple:
    (source, read), predicted, weights = tf.nest.map_structure(tf.constant, batch)
    return [source, read], predicted, weights


def set_weights(model: keras.Model, weights: Weights) -> None:
    """Gives the model its weights."""
    model.get_layer("embedding").set_weights([weights.embedding])
    for name in ("encoder", "decoder"):
        for i, arrays in enumerate(getattr(weights, name)):
            model.get_layer(f"{name}_{i}").set_weights(arrays)
    for i, arrays in enumerate(weights.bridges):
        model.get_layer(f"bridge_{i}").set_weights(arrays)
    model.get_layer("output").set_weights([weights.output])
    model.get_layer("logits").bias.assign(weights.output_bias)
