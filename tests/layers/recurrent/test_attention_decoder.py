"""The decoder with attention against plain NumPy and against automatic differentiation."""

import keras
import numpy as np
import pytest
import tensorflow as tf

from toolkit.layers import AttentionDecoder
from toolkit.layers.recurrent.time_loop import backend

BATCH, TIME, FEATURES, POSITIONS, CELL, UNITS = 3, 4, 5, 6, 4, 2

CELLS = {
    "LSTM": keras.layers.LSTMCell,
    "GRU": keras.layers.GRUCell,
    "SimpleRNN": keras.layers.SimpleRNNCell,
}
every_cell = pytest.mark.parametrize("name", CELLS)


def make(name, dtype="float64", **options):
    layer = AttentionDecoder(CELLS[name](CELL, dtype=dtype), UNITS, dtype=dtype, **options)
    layer.build((BATCH, TIME, FEATURES), (BATCH, POSITIONS, CELL))
    random = np.random.default_rng(5)
    layer.set_weights([random.normal(size=weight.shape) * 0.5 for weight in layer.weights])
    return layer


def inputs(dtype="float64"):
    random = np.random.default_rng(0)
    return [tf.constant(random.normal(size=shape), dtype) for shape in ((BATCH, TIME, FEATURES), (BATCH, POSITIONS, CELL))]


def by_hand(layer, x, memory, state):
    """The class's equations, step by step, with Keras's cell; its gradient is automatic."""
    a, *cell_state = state
    outputs = []
    for t in range(x.shape[1]):
        h, cell_state = layer.cell(tf.concat([x[:, t], a], -1), list(cell_state))
        scores = tf.reduce_sum(h[:, tf.newaxis] * memory, -1)
        weights = tf.exp(scores) / tf.reduce_sum(tf.exp(scores), -1, keepdims=True)
        context = tf.reduce_sum(weights[..., tf.newaxis] * memory, 1)
        a = tf.tanh(tf.concat([context, h], -1) @ layer.output_kernel)
        outputs.append(a)
    return [tf.stack(outputs, 1), a, *cell_state]


@every_cell
@pytest.mark.parametrize("training", [False, True])
def test_value_and_gradient_equal_the_equations(name, training):
    layer, (x, memory) = make(name, return_state=True), inputs()
    random = np.random.default_rng(1)
    state = [tf.constant(random.normal(size=part.shape)) for part in layer.get_initial_state(BATCH)]
    results = []
    for run in (lambda: layer(x, memory, initial_state=state, training=training), lambda: by_hand(layer, x, memory, state)):
        with tf.GradientTape() as tape:
            sources = [x, memory, *state, *(variable.value for variable in layer.trainable_variables)]
            tape.watch(sources)
            outputs = run()
            loss = tf.add_n([tf.reduce_sum(tf.sin(output * (i + 1))) for i, output in enumerate(outputs)])
        results.append([*outputs, *tape.gradient(loss, sources)])
    for ours, expected in zip(*results, strict=True):
        np.testing.assert_allclose(ours, expected, rtol=0, atol=1e-10)  # double precision


@every_cell
@pytest.mark.parametrize("loop", ["graph", "litert"])
def test_every_backend_gives_the_same(name, loop):
    layer, (x, memory) = make(name), inputs()
    expected = layer(x, memory)
    with backend(loop):
        np.testing.assert_allclose(layer(x, memory), expected, rtol=0, atol=1e-12)  # double precision


def test_parts_of_a_batch_side_by_side_equal_the_whole(monkeypatch):
    layer = make("LSTM")
    random = np.random.default_rng(0)
    x, memory = (tf.constant(random.normal(size=(32, *shape))) for shape in ((TIME, FEATURES), (POSITIONS, CELL)))

    def run(x, memory):
        with tf.GradientTape() as tape:
            tape.watch([x, memory])
            loss = tf.reduce_sum(tf.sin(layer(x, memory, training=True)))
        return [loss, *tape.gradient(loss, [x, memory, *(variable.value for variable in layer.trainable_variables)])]

    whole = run(x, memory)  # eager: one part
    monkeypatch.setattr("os.cpu_count", lambda: 2)
    for ours, theirs in zip(tf.function(run)(x, memory), whole, strict=True):
        np.testing.assert_allclose(ours, theirs, rtol=1e-12, atol=1e-12)  # double precision, sums in another order


def test_wrong_arguments():
    with pytest.raises(ValueError, match="must be a keras"):
        AttentionDecoder(keras.layers.LSTMCell(4, activation="relu"))
    with pytest.raises(ValueError, match="units=0"):
        AttentionDecoder(keras.layers.LSTMCell(4), 0)
    with pytest.raises(ValueError, match="size of the cell's output, 4"):
        AttentionDecoder(keras.layers.LSTMCell(4))(tf.zeros([2, 3, 5]), tf.zeros([2, 6, 3]))
    with pytest.raises(ValueError, match="5 features"):
        make("LSTM", "float32")(tf.zeros([2, 3, 6]), tf.zeros([2, 6, 4]))
