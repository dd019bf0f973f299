"""LSTM, GRU and SimpleRNN against plain NumPy, against Keras, and against their own definition."""

import functools

import keras
import numpy as np
import pytest
import tensorflow as tf
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.layers.recurrent.namesakes import (
    BATCH,
    FEATURES,
    LAYERS,
    MASKS,
    TIME,
    UNITS,
    every_layer,
    make,
    mask_of,
    run_with_gradients,
    sequences,
    states,
)
from toolkit.layers import Bidirectional
from toolkit.layers.recurrent.time_loop import backend


def sigmoid(x):
    return 1 / (1 + np.exp(-x))


def lstm_step(x, state, kernel, recurrent_kernel, bias):
    h, c = state
    i, f, g, o = np.split(x @ kernel + h @ recurrent_kernel + bias, 4)
    c = sigmoid(f) * c + sigmoid(i) * np.tanh(g)
    return sigmoid(o) * np.tanh(c), c


def gru_reset_after_step(x, state, kernel, recurrent_kernel, bias):
    (h,) = state
    x_z, x_r, x_h = np.split(x @ kernel + bias[0], 3)
    h_z, h_r, h_h = np.split(h @ recurrent_kernel + bias[1], 3)
    z, r = sigmoid(x_z + h_z), sigmoid(x_r + h_r)
    return (z * h + (1 - z) * np.tanh(x_h + r * h_h),)


def gru_reset_before_step(x, state, kernel, recurrent_kernel, bias):
    (h,) = state
    x_z, x_r, x_h = np.split(x @ kernel + bias, 3)
    u_z, u_r, u_h = np.split(recurrent_kernel, 3, axis=1)
    z, r = sigmoid(x_z + h @ u_z), sigmoid(x_r + h @ u_r)
    return (z * h + (1 - z) * np.tanh(x_h + (r * h) @ u_h),)


def simple_step(activation, x, state, kernel, recurrent_kernel, bias):
    return (activation(x @ kernel + state[0] @ recurrent_kernel + bias),)


STEPS = {
    "LSTM": lstm_step,
    "GRU, reset after": gru_reset_after_step,
    "GRU, reset before": gru_reset_before_step,
    "SimpleRNN": functools.partial(simple_step, np.tanh),
    "SimpleRNN, ReLU": functools.partial(simple_step, lambda x: np.maximum(x, 0)),
}


def run_in_numpy(step, x, initial, mask, weights):
    """The equations, one step and one row at a time."""
    outputs, last = np.zeros((*x.shape[:2], UNITS)), [part.copy() for part in initial]
    for row in range(len(x)):
        state = tuple(part[row] for part in initial)
        for t in range(x.shape[1]):
            if mask is None or mask[row, t]:
                state = step(x[row, t], state, *weights)
            if mask is None or mask[row, : t + 1].any():
                outputs[row, t] = state[0]
        for part, value in zip(last, state, strict=True):
            part[row] = value
    return outputs, *last


@every_layer
@pytest.mark.parametrize("mask", MASKS)
@pytest.mark.parametrize("loop", ["compiled", "graph", "litert"])
def test_equals_numpy(name, mask, loop):
    layer = make(name, return_sequences=True, return_state=True, dtype="float64")
    x, initial = sequences("float64"), states(name, "float64")
    weights = [weight.numpy() for weight in layer.weights]
    expected = run_in_numpy(STEPS[name], x.numpy(), [state.numpy() for state in initial], mask_of(mask), weights)
    with backend(loop):
        received = layer(x, mask=mask_of(mask), initial_state=initial)
    for ours, theirs in zip(received, expected, strict=True):
        np.testing.assert_allclose(ours, theirs, rtol=0, atol=1e-10)  # double precision over seven steps


@every_layer
@pytest.mark.parametrize("mask", MASKS)
@pytest.mark.parametrize(
    "options", [{"return_sequences": True}, {"go_backwards": True}, {"return_sequences": True, "zero_output_for_mask": True}], ids=str
)
def test_equals_keras_with_the_same_weights(name, mask, options):
    x, initial = sequences(), states(name)
    expected = run_with_gradients(make(name, ours=False, return_state=True, **options), x, mask_of(mask), initial)
    received = run_with_gradients(make(name, return_state=True, **options), x, mask_of(mask), initial, training=True)
    for actual, desired in zip(received, expected, strict=True):
        # Single precision sums over seven steps and three rows, relative to the largest entry.
        np.testing.assert_allclose(actual, desired, rtol=0, atol=1e-5 * max(1, np.abs(desired).max()))


@every_layer
def test_a_gradient_outside_of_training_is_the_same(name):
    layer, x, initial, mask = make(name, return_state=True), sequences(), states(name), mask_of("holes")
    in_training, outside = (run_with_gradients(layer, x, mask, initial, training=training) for training in (True, False))
    for one, other in zip(in_training, outside, strict=True):
        np.testing.assert_allclose(one, other, rtol=0, atol=1e-6)  # single precision


@every_layer
@pytest.mark.parametrize("options", [{}, {"use_bias": False}, {"zoneout": 0.3}], ids=str)
def test_gradient_equals_numeric_gradient(name, options):
    layer = make(name, return_sequences=True, return_state=True, dtype="float64", **options)
    x, initial, mask = sequences("float64"), states(name, "float64"), mask_of("holes")
    variables = [*layer.trainable_variables]
    analytic = run_with_gradients(layer, x, mask, initial)[1 + len(initial) :]
    point = [x, *initial, *(tf.constant(variable.numpy()) for variable in variables)]

    def loss(x, *rest):
        for variable, value in zip(variables, rest[len(initial) :], strict=True):
            variable.assign(value)
        outputs = layer(x, mask=mask, initial_state=list(rest[: len(initial)]))
        return tf.add_n([tf.reduce_sum(tf.sin(output * (i + 1))) for i, output in enumerate(outputs)])

    random = np.random.default_rng(3)
    for position, gradient in enumerate(analytic):
        direction = random.normal(size=point[position].shape)
        step = 1e-6
        ends = [[*point[:position], point[position] + sign * step * direction, *point[position + 1 :]] for sign in (1, -1)]
        numeric = (loss(*ends[0]) - loss(*ends[1])) / (2 * step)
        # A central difference of step 1e-6 in double precision errs by about 1e-10 relative to values of order one.
        np.testing.assert_allclose(np.sum(gradient * direction), numeric, rtol=1e-7, atol=1e-8)


@pytest.mark.parametrize(
    ("name", "setting"),
    [
        ("LSTM", {"activation": "relu"}),
        ("LSTM", {"recurrent_activation": "hard_sigmoid"}),
        ("LSTM", {"unroll": True}),
        ("GRU, reset after", {"activation": "relu"}),
        ("GRU, reset before", {"unroll": True}),
        ("SimpleRNN", {"activation": "sigmoid"}),
    ],
    ids=str,
)
def test_equals_keras_where_no_gradient_is_written(name, setting):
    x, initial, mask = sequences(), states(name), mask_of("holes")
    layers = [LAYERS[name][0](UNITS, **LAYERS[name][1], **setting, return_sequences=True, return_state=True)]
    layers.append(getattr(keras.layers, type(layers[0]).__name__).from_config(_without_ours(layers[0].get_config())))
    for layer in layers:
        layer.build(x.shape)
    layers[0].set_weights(layers[1].get_weights())
    for ours, theirs in zip(*(run_with_gradients(layer, x, mask, initial) for layer in layers), strict=True):
        np.testing.assert_allclose(ours, theirs, rtol=0, atol=1e-5 * max(1, np.abs(theirs).max()))  # single precision


def _without_ours(config):
    return {key: value for key, value in config.items() if key not in ("weight_drop", "zoneout", "learned_initial_state", "forget_bias")}


@functools.cache
def shared_layer(name):
    return make(name, return_sequences=True, return_state=True)


@every_layer
@settings(max_examples=10, deadline=None)
@given(padding=st.integers(1, 5), seed=st.integers(0, 99))
def test_padding_changes_nothing(name, padding, seed):
    layer = shared_layer(name)
    x = sequences(seed=seed)
    padded = tf.pad(x, [[0, 0], [0, padding], [0, 0]], constant_values=9.0)
    mask = np.arange(TIME + padding)[np.newaxis] < np.full((BATCH, 1), TIME)
    whole, longer = layer(x), layer(padded, mask=mask)
    for one, other in zip([whole[0], *whole[1:]], [longer[0][:, :TIME], *longer[1:]], strict=True):
        np.testing.assert_allclose(other, one, rtol=0, atol=1e-6)  # single precision


@every_layer
@settings(max_examples=10, deadline=None)
@given(split=st.integers(1, TIME - 1), seed=st.integers(0, 99))
def test_a_split_sequence_with_carried_state_equals_the_whole(name, split, seed):
    layer = shared_layer(name)
    x = sequences(seed=seed)
    first, *state = layer(x[:, :split])
    second, *last = layer(x[:, split:], initial_state=state)
    whole, *expected = layer(x)
    np.testing.assert_allclose(tf.concat([first, second], 1), whole, rtol=0, atol=1e-6)  # single precision
    np.testing.assert_allclose(last, expected, rtol=0, atol=1e-6)


@every_layer
def test_rows_are_independent(name):
    layer, x = shared_layer(name), sequences()
    alone = tf.concat([layer(x[i : i + 1])[0] for i in range(BATCH)], 0)
    np.testing.assert_allclose(layer(x)[0], alone, rtol=0, atol=1e-6)  # single precision


@every_layer
def test_backward_of_a_reversed_input_equals_forward(name):
    x = sequences()
    forward, backward = make(name, return_sequences=True), make(name, return_sequences=True, go_backwards=True)
    np.testing.assert_allclose(backward(x[:, ::-1]), forward(x), rtol=0, atol=1e-6)  # single precision


@every_layer
@pytest.mark.parametrize("merge_mode", ["concat", "sum", "mul", "ave", None])
def test_both_directions_equal_keras(name, merge_mode):
    x, mask = sequences(), mask_of("right, and a row of padding")
    theirs = keras.layers.Bidirectional(make(name, ours=False, return_sequences=True), merge_mode=merge_mode)
    ours = Bidirectional(make(name, return_sequences=True), merge_mode=merge_mode)
    for layer in (theirs, ours):
        layer.build(x.shape)
    ours.set_weights(theirs.get_weights())
    for one, other in zip(tf.nest.flatten(ours(x, mask=mask)), tf.nest.flatten(theirs(x, mask=mask)), strict=True):
        np.testing.assert_allclose(one, other, rtol=0, atol=1e-6)  # single precision


@every_layer
def test_stateful_carries_the_state_between_calls(name):
    layer, x = make(name, stateful=True, return_sequences=True), sequences()
    halves = [layer(x[:, :3]), layer(x[:, 3:])]
    layer.reset_state()
    np.testing.assert_allclose(tf.concat(halves, 1), layer(x), rtol=0, atol=1e-6)  # single precision


@every_layer
@pytest.mark.parametrize("policy", ["float64", "mixed_bfloat16"])
def test_other_precisions(name, policy):
    layer = make(name, return_sequences=True, dtype=policy)
    with tf.GradientTape() as tape:
        outputs = layer(sequences())
        loss = tf.reduce_sum(tf.cast(outputs, "float32"))
    gradients = tape.gradient(loss, layer.trainable_variables)
    assert outputs.dtype == layer.compute_dtype
    assert all(np.isfinite(gradient).all() for gradient in gradients)


@every_layer
def test_a_thousand_steps_stay_finite(name):
    options = {**LAYERS[name][1], **({"recurrent_initializer": "identity"} if name == "SimpleRNN, ReLU" else {})}
    layer = LAYERS[name][0](UNITS, **options)
    x = tf.constant(np.random.default_rng(0).normal(size=(2, 1000, FEATURES)) * 5, "float32")
    with tf.GradientTape() as tape:
        tape.watch(x)
        loss = tf.reduce_sum(layer(x))
    assert np.isfinite(tape.gradient(loss, x)).all()
