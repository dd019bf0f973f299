"""The base class, by the smallest cell that one can write on it: a gate and a candidate."""

import keras
import numpy as np
import pytest
import tensorflow as tf
from keras import ops

from toolkit.layers.recurrent.cells.recurrent_cell import OutputState, RecurrentCell


class MinimalCell(RecurrentCell):
    """As in the base class's docstring."""

    gates = ("f", "g")

    def step(self, projected, state):
        f, g = ops.split(projected + ops.matmul(state.h, self.recurrent_kernel), 2, axis=-1)
        f = self.recurrent_activation(f)
        return OutputState(f * state.h + (1 - f) * self.activation(g))


def test_a_cell_of_ones_own_runs():
    cell = MinimalCell(3, recurrent_activation=lambda x: ops.ones_like(x), dtype="float64")
    initial = tf.constant(np.random.default_rng(0).normal(size=(2, 3)))
    outputs, last = keras.layers.RNN(cell, return_state=True, dtype="float64")(tf.ones([2, 4, 5], "float64"), initial_state=[initial])
    np.testing.assert_array_equal(outputs, initial)  # its gate is open, so it keeps what it had
    np.testing.assert_array_equal(last, initial)


def test_keras_contract():
    cell = MinimalCell(3, dtype="mixed_bfloat16")
    assert (cell.state_size, cell.output_size) == ([3], 3)
    (zeros,) = cell.get_initial_state(batch_size=2)
    assert (zeros.shape, zeros.dtype) == ((2, 3), "bfloat16")


def test_runs_beside_cells_of_keras():
    layer = keras.layers.RNN([MinimalCell(3), keras.layers.LSTMCell(4), MinimalCell(2)])
    assert layer(tf.ones([2, 4, 5])).shape == (2, 2)


def test_runs_in_a_compiled_model_of_any_length():
    model = keras.Sequential([keras.Input((None, 5)), keras.layers.RNN(MinimalCell(3))])
    model.compile(optimizer="sgd", loss="mse", jit_compile=True)
    before = model.get_weights()
    model.train_on_batch(np.ones((2, 4, 5), "float32"), np.ones((2, 3), "float32"))
    assert all(np.any(now != then) for now, then in zip(model.get_weights(), before, strict=True))


def test_a_step_is_needed():
    with pytest.raises(NotImplementedError, match=r"RecurrentCell must define `step\(projected, state\)`"):
        RecurrentCell(3).step(None, None)
