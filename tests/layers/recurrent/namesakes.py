"""LSTM, GRU and SimpleRNN, ours and Keras's, with equal weights, and inputs for them."""

import keras
import numpy as np
import pytest
import tensorflow as tf

from toolkit.layers import GRU, LSTM, SimpleRNN

BATCH, TIME, FEATURES, UNITS = 3, 7, 5, 4


MASKS = {
    "none": None,
    "right, and a row of padding": [[1, 1, 1, 1, 1, 1, 1], [1, 1, 1, 0, 0, 0, 0], [0, 0, 0, 0, 0, 0, 0]],
    "left": [[0, 0, 1, 1, 1, 1, 1], [0, 0, 0, 0, 0, 0, 1], [1, 1, 1, 1, 1, 1, 1]],
    "holes": [[1, 0, 1, 0, 1, 0, 1], [0, 1, 1, 0, 0, 1, 0], [1, 1, 0, 1, 1, 1, 0]],
}


LAYERS = {
    "LSTM": (LSTM, {}),
    "GRU, reset after": (GRU, {}),
    "GRU, reset before": (GRU, {"reset_after": False}),
    "SimpleRNN": (SimpleRNN, {}),
    "SimpleRNN, ReLU": (SimpleRNN, {"activation": "relu"}),
}


every_layer = pytest.mark.parametrize("name", LAYERS)


def make(name, ours=True, **options):
    """A built layer, ours or Keras's, whose weights depend on the name alone."""
    layer_class, own = LAYERS[name]
    layer = (layer_class if ours else getattr(keras.layers, layer_class.__name__))(UNITS, **own, **options)
    layer.build((BATCH, TIME, FEATURES))
    random = np.random.default_rng(5)
    layer.cell.set_weights([random.normal(size=weight.shape) * 0.5 for weight in layer.cell.weights])
    if name == "SimpleRNN, ReLU" and layer.cell.bias is not None:
        layer.cell.bias.assign(layer.cell.bias + 2)  # so that no unit is dead
    return layer


def sequences(dtype="float32", seed=0):
    return tf.constant(np.random.default_rng(seed).normal(size=(BATCH, TIME, FEATURES)), dtype)


def states(name, dtype="float32", seed=1):
    parts = 2 if name == "LSTM" else 1
    return [tf.constant(np.random.default_rng(seed + i).normal(size=(BATCH, UNITS)), dtype) for i in range(parts)]


def mask_of(name):
    return None if MASKS[name] is None else np.array(MASKS[name], bool)


def run_with_gradients(layer, x, mask, initial, **options):
    with tf.GradientTape() as tape:
        tape.watch([x, *initial])
        outputs = layer(x, mask=mask, initial_state=initial, **options)
        # A different nonlinear weight on every output, so that no two errors cancel.
        loss = tf.add_n([tf.reduce_sum(tf.sin(output * (i + 1))) for i, output in enumerate(outputs)])
    return [*outputs, *tape.gradient(loss, [x, *initial, *layer.trainable_variables])]
