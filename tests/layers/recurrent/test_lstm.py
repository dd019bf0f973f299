"""Our LSTM against plain NumPy, against Keras, and against its own definition."""

import keras
import numpy as np
import pytest
import tensorflow as tf
from hypothesis import given, settings
from hypothesis import strategies as st

from toolkit.layers import LSTM
from toolkit.layers.recurrent.time_loop import BACKENDS, backend

BATCH, TIME, FEATURES, UNITS = 3, 7, 5, 4

MASKS = {
    "none": None,
    "right, and a row of padding": [[1, 1, 1, 1, 1, 1, 1], [1, 1, 1, 0, 0, 0, 0], [0, 0, 0, 0, 0, 0, 0]],
    "left": [[0, 0, 1, 1, 1, 1, 1], [0, 0, 0, 0, 0, 0, 1], [1, 1, 1, 1, 1, 1, 1]],
    "holes": [[1, 0, 1, 0, 1, 0, 1], [0, 1, 1, 0, 0, 1, 0], [1, 1, 0, 1, 1, 1, 0]],
}


def sequences(dtype="float32", seed=0):
    return tf.constant(np.random.default_rng(seed).normal(size=(BATCH, TIME, FEATURES)), dtype)


def states(dtype="float32", seed=1):
    return [tf.constant(np.random.default_rng(seed + i).normal(size=(BATCH, UNITS)), dtype) for i in range(2)]


def mask_of(name):
    return None if MASKS[name] is None else np.array(MASKS[name], bool)


def sigmoid(x):
    return 1 / (1 + np.exp(-x))


def numpy_lstm(x, h, c, mask, kernel, recurrent_kernel, bias):
    """The equations of the class's docstring, one step and one row at a time."""
    outputs = np.zeros((*x.shape[:2], UNITS))
    h, c = h.copy(), c.copy()
    for row in range(len(x)):
        for t in range(x.shape[1]):
            if mask is None or mask[row, t]:
                i, f, g, o = np.split(x[row, t] @ kernel + h[row] @ recurrent_kernel + bias, 4)
                c[row] = sigmoid(f) * c[row] + sigmoid(i) * np.tanh(g)
                h[row] = sigmoid(o) * np.tanh(c[row])
            if mask is None or mask[row, : t + 1].any():
                outputs[row, t] = h[row]
    return outputs, h, c


@pytest.mark.parametrize("mask", MASKS)
@pytest.mark.parametrize("loop", BACKENDS)
def test_equals_numpy(mask, loop):
    layer = LSTM(UNITS, return_sequences=True, return_state=True, dtype="float64")
    x, initial = sequences("float64"), states("float64")
    layer.build(x.shape)
    weights = [weight.numpy() for weight in layer.weights]
    expected = numpy_lstm(x.numpy(), *[state.numpy() for state in initial], mask_of(mask), *weights)
    with backend(loop):
        received = layer(x, mask=mask_of(mask), initial_state=initial)
    for ours, theirs in zip(received, expected, strict=True):
        np.testing.assert_allclose(ours, theirs, rtol=0, atol=1e-10)  # double precision over seven steps


def run_with_gradients(layer, x, mask, initial):
    with tf.GradientTape() as tape:
        tape.watch([x, *initial])
        outputs = layer(x, mask=mask, initial_state=initial)
        # A different nonlinear weight on every output, so that no two errors cancel.
        loss = tf.add_n([tf.reduce_sum(tf.sin(output * (i + 1))) for i, output in enumerate(outputs)])
    return [*outputs, *tape.gradient(loss, [x, *initial, *layer.trainable_variables])]


@pytest.mark.parametrize("mask", MASKS)
@pytest.mark.parametrize("return_sequences", [False, True])
@pytest.mark.parametrize("go_backwards", [False, True])
@pytest.mark.parametrize("zero_output_for_mask", [False, True])
def test_equals_keras_with_the_same_weights(mask, return_sequences, go_backwards, zero_output_for_mask):
    options = {"return_state": True, "return_sequences": return_sequences, "go_backwards": go_backwards}
    theirs = keras.layers.LSTM(UNITS, zero_output_for_mask=zero_output_for_mask, **options)
    ours = LSTM(UNITS, zero_output_for_mask=zero_output_for_mask, **options)
    x, initial = sequences(), states()
    for layer in (theirs, ours):
        layer.build(x.shape)
    ours.set_weights(theirs.get_weights())
    expected = run_with_gradients(theirs, x, mask_of(mask), initial)
    received = run_with_gradients(ours, x, mask_of(mask), initial)
    for actual, desired in zip(received, expected, strict=True):
        # Single precision sums over seven steps and three rows, relative to the largest entry.
        np.testing.assert_allclose(actual, desired, rtol=0, atol=1e-5 * max(1, np.abs(desired).max()))


def test_gradient_equals_numeric_gradient():
    layer = LSTM(UNITS, return_sequences=True, dtype="float64")
    x, initial, mask = sequences("float64"), states("float64"), mask_of("holes")
    layer.build(x.shape)

    def loss(x, h, c, recurrent_kernel):
        layer.cell.recurrent_kernel.assign(recurrent_kernel)
        return tf.reduce_sum(tf.sin(layer(x, mask=mask, initial_state=[h, c])))

    with tf.GradientTape() as tape:
        tape.watch([x, *initial])
        value = tf.reduce_sum(tf.sin(layer(x, mask=mask, initial_state=initial)))
    analytic = tape.gradient(value, [x, *initial, layer.cell.recurrent_kernel.value])
    point = [x, *initial, tf.constant(layer.cell.recurrent_kernel.numpy())]
    random = np.random.default_rng(3)
    for position, gradient in enumerate(analytic):
        direction = random.normal(size=point[position].shape)
        step = 1e-6
        ends = [[*point[:position], point[position] + sign * step * direction, *point[position + 1 :]] for sign in (1, -1)]
        numeric = (loss(*ends[0]) - loss(*ends[1])) / (2 * step)
        # A central difference of step 1e-6 in double precision errs by about 1e-10 relative to values of order one.
        np.testing.assert_allclose(np.sum(gradient * direction), numeric, rtol=1e-7)


@pytest.mark.parametrize(
    "setting", [{"activation": "relu"}, {"recurrent_activation": "hard_sigmoid"}, {"unroll": True}, {"use_bias": False}]
)
def test_equals_keras_where_the_fast_loop_does_not_apply(setting):
    theirs, ours = keras.layers.LSTM(UNITS, **setting), LSTM(UNITS, **setting)
    x = sequences()
    for layer in (theirs, ours):
        layer.build(x.shape)
    ours.set_weights(theirs.get_weights())
    np.testing.assert_allclose(ours(x), theirs(x), rtol=0, atol=1e-6)  # single precision


@settings(max_examples=20, deadline=None)
@given(padding=st.integers(1, 5), seed=st.integers(0, 99))
def test_padding_changes_nothing(padding, seed):
    layer = shared_layer()
    x = sequences(seed=seed)
    padded = tf.pad(x, [[0, 0], [0, padding], [0, 0]], constant_values=9.0)
    mask = np.arange(TIME + padding)[np.newaxis] < np.full((BATCH, 1), TIME)
    for whole, longer in zip(layer(x)[1:], layer(padded, mask=mask)[1:], strict=True):
        np.testing.assert_allclose(longer, whole, rtol=0, atol=1e-6)  # single precision


@settings(max_examples=20, deadline=None)
@given(split=st.integers(1, TIME - 1), seed=st.integers(0, 99))
def test_a_split_sequence_with_carried_state_equals_the_whole(split, seed):
    layer = shared_layer()
    x = sequences(seed=seed)
    first, *state = layer(x[:, :split])
    second, *last = layer(x[:, split:], initial_state=state)
    whole, *expected = layer(x)
    np.testing.assert_allclose(tf.concat([first, second], 1), whole, rtol=0, atol=1e-6)  # single precision
    np.testing.assert_allclose(last, expected, rtol=0, atol=1e-6)


def test_rows_are_independent():
    layer, x = shared_layer(), sequences()
    alone = tf.concat([layer(x[i : i + 1])[0] for i in range(BATCH)], 0)
    np.testing.assert_allclose(layer(x)[0], alone, rtol=0, atol=1e-6)  # single precision


def shared_layer():
    layer = LSTM(UNITS, return_sequences=True, return_state=True, kernel_initializer=keras.initializers.GlorotUniform(0), seed=0)
    layer.build((BATCH, TIME, FEATURES))
    layer.set_weights([np.random.default_rng(i).normal(size=weight.shape) * 0.5 for i, weight in enumerate(layer.weights)])
    return layer


def test_stateful_carries_the_state_between_calls():
    layer = LSTM(UNITS, stateful=True, return_sequences=True)
    x = sequences()
    layer.build(x.shape)
    halves = [layer(x[:, :3]), layer(x[:, 3:])]
    layer.reset_state()
    np.testing.assert_allclose(tf.concat(halves, 1), layer(x), rtol=0, atol=1e-6)  # single precision


@pytest.mark.parametrize("policy", ["float64", "mixed_bfloat16"])
def test_other_precisions(policy):
    layer = LSTM(UNITS, return_sequences=True, dtype=policy)
    with tf.GradientTape() as tape:
        outputs = layer(sequences())
        loss = tf.reduce_sum(tf.cast(outputs, "float32"))
    gradients = tape.gradient(loss, layer.trainable_variables)
    assert outputs.dtype == layer.compute_dtype
    assert all(np.isfinite(gradient).all() for gradient in gradients)


def test_a_thousand_steps_stay_finite():
    layer = LSTM(UNITS)
    x = tf.constant(np.random.default_rng(0).normal(size=(2, 1000, FEATURES)) * 5, "float32")
    with tf.GradientTape() as tape:
        tape.watch(x)
        loss = tf.reduce_sum(layer(x))
    assert np.isfinite(tape.gradient(loss, x)).all()


def test_input_dropout_drops_a_feature_at_every_step():
    layer = LSTM(UNITS, dropout=0.5, seed=1, return_sequences=True)
    x = sequences()
    layer.build(x.shape)
    assert not np.allclose(layer(x, training=True), layer(x, training=False))
    with tf.GradientTape() as tape:
        tape.watch(x)
        loss = tf.reduce_sum(layer(x, training=True))
    kept = tape.gradient(loss, x).numpy() != 0  # no gradient reaches what was dropped
    assert 0 < kept.mean() < 1
    assert np.array_equal(kept.any(axis=1), kept.all(axis=1))


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"units": 0}, "units"),
        ({"units": 4, "dropout": 1.7}, "dropout=1.7"),
        ({"units": 4, "recurrent_dropout": -0.1}, "recurrent_dropout=-0.1"),
        ({"units": 4, "dropout": 1.0}, "dropout=1.0"),
    ],
)
def test_wrong_arguments(arguments, message):
    with pytest.raises(ValueError, match=message):
        LSTM(**arguments)


def test_inputs_need_three_axes():
    with pytest.raises(ValueError, match="ndim"):
        LSTM(UNITS)(tf.zeros([2, 3]))
