"""The layer of rectified linear units that starts at the identity."""

import keras
import numpy as np
import pytest
import tensorflow as tf

from toolkit.layers.recurrent.irnn import IRNN


def test_equals_numpy():
    layer = IRNN(3, return_sequences=True, dtype="float64")
    x = np.random.default_rng(0).normal(size=(2, 4, 5))
    layer.build(x.shape)
    layer.set_weights([np.random.default_rng(i).normal(size=weight.shape) for i, weight in enumerate(layer.weights)])
    kernel, recurrent_kernel, bias = layer.get_weights()
    h, expected = np.zeros((2, 3)), np.zeros((2, 4, 3))
    for t in range(4):
        h = np.maximum(0, x[:, t] @ kernel + h @ recurrent_kernel + bias)
        expected[:, t] = h
    np.testing.assert_allclose(layer(x), expected, rtol=0, atol=1e-10)  # double precision over four steps


@pytest.mark.parametrize("scale", [1.0, 0.01])
def test_start(scale):
    layer = IRNN(50, scale=scale)
    layer.build((None, None, 40))
    kernel, recurrent_kernel, bias = layer.get_weights()
    np.testing.assert_array_equal(recurrent_kernel, np.float32(scale) * np.eye(50, dtype="float32"))
    assert not bias.any()
    assert 0.0009 < kernel.std() < 0.0011  # 2,000 draws: the standard deviation is known to 1.6 %, so this is six of its errors


def test_the_state_and_its_gradient_are_carried_unchanged_at_the_start():
    layer = IRNN(3, kernel_initializer="zeros")
    state = tf.constant([[0.5, 2.0, 0.25]])
    with tf.GradientTape() as tape:
        tape.watch(state)
        last = layer(tf.ones([1, 100, 2]), initial_state=state)
    np.testing.assert_array_equal(last, state)
    np.testing.assert_array_equal(tape.gradient(last, state), np.ones((1, 3)))


def test_configuration_round_trip():
    layer = IRNN(3, scale=0.5, activation="tanh", kernel_initializer="zeros")
    copy = keras.saving.deserialize_keras_object(keras.saving.serialize_keras_object(layer))
    assert copy.get_config() == layer.get_config()
    assert copy.scale == 0.5
    copy.build((None, None, 2))
    np.testing.assert_array_equal(copy.get_weights()[1], 0.5 * np.eye(3))


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"units": 0}, "`units` must be a positive integer. Received: units=0"),
        ({"units": True}, "`units` must be a positive integer. Received: units=True"),
        ({"units": 2.5}, "`units` must be a positive integer. Received: units=2.5"),
        ({"units": 3, "scale": 0}, "`scale` must be a positive number. Received: scale=0"),
        ({"units": 3, "scale": float("inf")}, "`scale` must be a positive number. Received: scale=inf"),
        ({"units": 3, "recurrent_initializer": "orthogonal"}, "recurrent_initializer='orthogonal'"),
    ],
)
def test_wrong_arguments(arguments, message):
    with pytest.raises(ValueError, match=message):
        IRNN(**arguments)
