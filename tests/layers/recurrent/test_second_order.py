"""A tape in a tape over the namesakes of Keras's layers, with Keras's numbers."""

import keras
import numpy as np
import pytest
import tensorflow as tf

from tests.layers.recurrent.namesakes import TIME, UNITS, every_layer, make, mask_of, sequences, states
from toolkit.layers import LSTM, TruncatedBPTT

pytestmark = pytest.mark.slow

DIGITS = {"rtol": 1e-11, "atol": 1e-12}  # double precision, sums of some hundred products in another order


def gradient_penalty(layer, x, initial, mask=None, **options):
    """The gradients of the squared norm of the gradient by the inputs, as a WGAN-GP takes them, with training options or without."""
    variables = [variable.value for variable in layer.trainable_variables]
    with tf.GradientTape() as outer:
        outer.watch([x, *initial])
        with tf.GradientTape() as inner:
            inner.watch(x)
            results = layer(x, mask=mask, initial_state=initial, **options)
            value = tf.add_n([tf.reduce_sum(tf.sin(result * (i + 1))) for i, result in enumerate(tf.nest.flatten(results))])
        penalty = tf.reduce_sum(inner.gradient(value, x) ** 2)
    return outer.gradient(penalty, [*variables, x, *initial])


def both(name, dtype="float64", **options):
    return [make(name, ours=ours, dtype=dtype, return_state=True, return_sequences=True, **options) for ours in (True, False)]


@every_layer
@pytest.mark.parametrize("training", [False, True])
def test_gradient_penalty_is_that_of_keras(name, training):
    arguments = sequences("float64"), states(name, "float64")
    ours, theirs = (gradient_penalty(layer, *arguments, training=training) for layer in both(name))
    assert all(got is not None for got in ours)
    for got, expected in zip(ours, theirs, strict=True):
        np.testing.assert_allclose(got, expected, **DIGITS)


def test_gradient_penalty_with_a_mask_and_backwards():
    arguments = sequences("float64"), states("LSTM", "float64"), mask_of("holes")
    for got, expected in zip(*(gradient_penalty(layer, *arguments) for layer in both("LSTM", go_backwards=True)), strict=True):
        np.testing.assert_allclose(got, expected, **DIGITS)


def test_gradient_penalty_of_a_batch_of_any_size_in_a_graph():
    """The rows are in parts there, the lengths on a grid, and the gradient is taken in other graphs than the one of the layer."""
    layers, x = both("GRU, reset before"), tf.constant(np.random.default_rng(0).normal(size=(40, TIME, 5)))
    initial = [tf.zeros([40, UNITS], tf.float64)]
    ours, theirs = (
        tf.function(lambda x, layer=layer: gradient_penalty(layer, x, initial, training=True), autograph=False).get_concrete_function(
            tf.TensorSpec([None, None, 5], tf.float64)
        )(x)
        for layer in layers
    )
    for got, expected in zip(ours, theirs, strict=True):
        np.testing.assert_allclose(got, expected, **DIGITS)


def test_hessian_in_a_graph_is_that_of_keras():
    x = sequences("float64")

    def hessian(layer):
        return tf.function(lambda x: tf.hessians(tf.reduce_sum(tf.sin(layer(x)[0])), x), autograph=False)(x)[0]

    np.testing.assert_allclose(*map(hessian, both("SimpleRNN")), **DIGITS)


def test_persistent_tapes():
    ours, theirs = both("LSTM")
    x = sequences("float64")

    def derivatives(layer):
        with tf.GradientTape(persistent=True) as outer:
            outer.watch(x)
            with tf.GradientTape(persistent=True) as inner:
                inner.watch(x)
                outputs, h, _ = layer(x)
                values = tf.reduce_sum(outputs**2), tf.reduce_sum(h**3)
            slopes = [inner.gradient(value, x) for value in values]
        return [outer.gradient(slope, x) for slope in slopes]

    for got, expected in zip(derivatives(ours), derivatives(theirs), strict=True):
        np.testing.assert_allclose(got, expected, **DIGITS)


@pytest.mark.parametrize("in_graph", [False, True])
def test_forward_mode_is_the_directional_derivative(in_graph):
    """Against the gradient: the derivative in a direction is the gradient's product with it."""
    layer, x = make("LSTM", dtype="float64"), sequences("float64")
    direction = sequences("float64", seed=3)

    def forward():
        with tf.autodiff.ForwardAccumulator(x, direction) as accumulator:
            value = tf.reduce_sum(tf.sin(layer(x)))
        return accumulator.jvp(value)

    with tf.GradientTape() as tape:
        tape.watch(x)
        value = tf.reduce_sum(tf.sin(layer(x)))
    expected = tf.reduce_sum(tape.gradient(value, x) * direction)
    np.testing.assert_allclose((tf.function(forward, autograph=False) if in_graph else forward)(), expected, rtol=1e-12)


def test_a_cut_gradient_stays_cut_at_the_second_order():
    """With chunks of one step and the sum of all outputs, each output depends on its own input alone, and so does each gradient."""
    keras.utils.set_random_seed(0)
    layer, x = TruncatedBPTT(LSTM(3, return_sequences=True, dtype="float64"), 1), sequences("float64")
    with tf.GradientTape(persistent=True) as tape:
        tape.watch(x)
        with tf.GradientTape() as inner:
            inner.watch(x)
            value = tf.reduce_sum(layer(x) ** 2)
        slopes = tf.unstack(inner.gradient(value, x), axis=1)
    of_last = tape.gradient(slopes[-1], x)
    assert np.abs(of_last[:, -1]).min() > 0
    assert not of_last[:, :-1].numpy().any()
