"""LSTM, GRU and SimpleRNN against plain NumPy, against Keras, and against their own definition."""

import functools

import keras
import numpy as np
import pytest
import tensorflow as tf
from hypothesis import given, settings
from hypothesis import strategies as st

from toolkit.layers import GRU, LSTM, RNN, Bidirectional, SimpleRNN
from toolkit.layers.recurrent import recurrent_layer
from toolkit.layers.recurrent.backpropagation.through_time import Noise, through_time
from toolkit.layers.recurrent.time_loop import backend, scan
from toolkit.layers.recurrent.written_gradients import equations_of, weights_of

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


def run_with_gradients(layer, x, mask, initial, **options):
    with tf.GradientTape() as tape:
        tape.watch([x, *initial])
        outputs = layer(x, mask=mask, initial_state=initial, **options)
        # A different nonlinear weight on every output, so that no two errors cancel.
        loss = tf.add_n([tf.reduce_sum(tf.sin(output * (i + 1))) for i, output in enumerate(outputs)])
    return [*outputs, *tape.gradient(loss, [x, *initial, *layer.trainable_variables])]


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


@every_layer
def test_noise_goes_the_same_way_forward_and_back(name):
    """Mask, recurrent dropout and zoneout at once: the written gradient against automatic differentiation of TensorFlow's loop."""
    cell, x, initial = make(name, dtype="float64").cell, sequences("float64"), states(name, "float64")
    equations, random = equations_of(cell), np.random.default_rng(0)
    noise = Noise(
        tf.constant(mask_of("holes")),
        tf.constant(random.integers(0, 2, (BATCH, UNITS)) / 0.5),
        tuple(tf.constant(random.integers(0, 2, (BATCH, TIME, UNITS)), "float64") for _ in initial),
    )
    state, weights = equations.State(*initial), weights_of(cell)

    def step(z, state):
        new = equations.step(z, state[0] * noise.recurrent_dropout, equations.State(*state), weights)[0]
        return new[0], list(new)

    def written():
        outputs, last = through_time(equations, x, state, weights, noise, all_outputs=True, training=True)
        shown = np.cumsum(mask_of("holes"), axis=1) > 0
        return outputs * shown[..., np.newaxis], list(last)

    def automatic():
        z = equations.project(tf.transpose(x, [1, 0, 2]), weights)
        return scan(step, z, list(state), noise, output_size=UNITS, all_outputs=True)[1:]

    results = []
    for run in (written, automatic):
        with tf.GradientTape() as tape:
            sources = [x, *state, *weights]
            tape.watch(sources)
            outputs, last = run()
            loss = tf.add_n([tf.reduce_sum(tf.sin(output * (i + 1))) for i, output in enumerate([outputs, *last])])
        results.append([outputs, *last, *tape.gradient(loss, sources, unconnected_gradients="zero")])
    for ours, theirs in zip(*results, strict=True):
        np.testing.assert_allclose(ours, theirs, rtol=0, atol=1e-10)  # double precision


@every_layer
def test_parts_of_a_batch_side_by_side_equal_the_whole(name, monkeypatch):
    layer = make(name, return_sequences=True, dtype="float64")
    x = tf.constant(np.random.default_rng(0).normal(size=(64, 5, FEATURES)))
    mask = tf.constant(np.random.default_rng(1).integers(0, 2, (64, 5)), tf.bool)

    def run(x):
        with tf.GradientTape() as tape:
            tape.watch(x)
            loss = tf.reduce_sum(tf.sin(layer(x, mask=mask, training=True)))
        return [loss, *tape.gradient(loss, [x, *(variable.value for variable in layer.trainable_variables)])]

    whole = run(x)  # eager: one part
    monkeypatch.setattr("os.cpu_count", lambda: 4)
    for ours, theirs in zip(tf.function(run)(x), whole, strict=True):
        np.testing.assert_allclose(ours, theirs, rtol=1e-12, atol=1e-12)  # double precision, sums in another order


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


@every_layer
def test_a_gpu_would_hand_over_to_keras(name, monkeypatch, caplog):
    monkeypatch.setattr(recurrent_layer, "has_gpu", lambda: True)
    theirs, ours = make(name, ours=False, return_sequences=True), make(name, return_sequences=True)
    handed_over = []
    keras_layer = type(theirs)
    monkeypatch.setattr(keras_layer, "inner_loop", _noting(keras_layer.inner_loop, handed_over))
    x, mask = sequences(), mask_of("right, and a row of padding")
    received = ours(x, mask=mask, training=True)
    suits_cudnn = name in ("LSTM", "GRU, reset after")
    assert bool(handed_over) == suits_cudnn
    assert ("reset_after=False" in caplog.text) == (name == "GRU, reset before")
    np.testing.assert_allclose(received, theirs(x, mask=mask), rtol=0, atol=1e-6)  # single precision


def _noting(function, calls):
    def noting(self, *args, **kwargs):
        calls.append(type(self))
        return function(self, *args, **kwargs)

    return noting


@pytest.mark.parametrize("setting", [{"zoneout": 0.1}, {"recurrent_dropout": 0.1}, {"weight_drop": 0.1}, {"use_bias": False}], ids=str)
def test_a_setting_that_loses_cudnn_is_logged(setting, monkeypatch, caplog):
    monkeypatch.setattr(recurrent_layer, "has_gpu", lambda: True)
    make("LSTM", **setting)(sequences(), training=True)
    (argument,) = setting
    assert f"because of {argument}={setting[argument]}" in caplog.text


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


@every_layer
def test_input_dropout_drops_a_feature_at_every_step(name):
    layer, x = make(name, dropout=0.5, seed=1, return_sequences=True), sequences()
    assert not np.allclose(layer(x, training=True), layer(x, training=False))
    with tf.GradientTape() as tape:
        tape.watch(x)
        loss = tf.reduce_sum(tf.sin(layer(x, training=True)))
    kept = tape.gradient(loss, x).numpy() != 0  # no gradient reaches what was dropped
    assert 0 < kept.mean() < 1
    assert np.array_equal(kept.any(axis=1), kept.all(axis=1))


@every_layer
def test_recurrent_dropout_hides_units_from_the_next_step(name):
    layer, x = make(name, recurrent_dropout=0.5, seed=1), sequences()
    assert not np.allclose(layer(x, training=True), layer(x, training=False))
    assert not np.allclose(layer(x, training=True), layer(x, training=True))  # drawn anew for every batch


@every_layer
def test_weight_drop_drops_the_same_weights_at_every_step(name):
    layer, x = make(name, weight_drop=0.5, seed=5), sequences()
    with tf.GradientTape() as tape:
        loss = tf.reduce_sum(tf.sin(layer(x, training=True)))
    gradient = tape.gradient(loss, layer.cell.recurrent_kernel.value).numpy()
    dropped = gradient == 0
    assert 0.2 < dropped.mean() < 0.8  # half of 16 to 64 weights
    plain = make(name)
    plain.cell.recurrent_kernel.assign(np.where(dropped, 0, layer.cell.recurrent_kernel.numpy() * 2))
    np.testing.assert_allclose(tf.reduce_sum(tf.sin(plain(x))), loss, rtol=1e-5)  # single precision
    np.testing.assert_allclose(layer(x), make(name)(x), rtol=0, atol=1e-6)


@every_layer
def test_zoneout_expects_in_inference_what_it_draws_in_training(name):
    rate = 0.4
    layer, x = make(name, zoneout=rate), sequences()[:, :1]
    initial = states(name)
    draws = np.mean([layer(x, initial_state=initial, training=True) for _ in range(300)], axis=0)
    expected = layer(x, initial_state=initial)
    new = make(name)(x, initial_state=initial)
    np.testing.assert_allclose(expected, rate * initial[0] + (1 - rate) * new, rtol=0, atol=1e-6)  # single precision
    spread = np.sqrt(rate * (1 - rate)) * np.abs(new - initial[0]) / np.sqrt(300)
    assert (np.abs(draws - expected) < 5 * spread + 1e-6).all()  # five standard errors


@every_layer
def test_a_learned_initial_state_is_learned(name):
    layer, x = make(name, learned_initial_state=True), sequences()
    learned = layer.initial_state_weights
    assert len(learned) == len(states(name))
    learned[0].assign([0.1, -0.2, 0.3, 0.4])
    expected = make(name)(x, initial_state=[tf.tile(weight.value[tf.newaxis], [BATCH, 1]) for weight in learned])
    with tf.GradientTape() as tape:
        outputs = layer(x)
        loss = tf.reduce_sum(tf.sin(outputs))
    np.testing.assert_allclose(outputs, expected, rtol=0, atol=1e-6)  # single precision
    assert all(np.any(gradient != 0) for gradient in tape.gradient(loss, [weight.value for weight in learned]))


def test_the_forget_gate_starts_where_asked():
    layer = LSTM(UNITS, forget_bias=2.5)
    layer.build((None, None, FEATURES))
    np.testing.assert_array_equal(np.split(layer.cell.bias.numpy(), 4), [[0] * UNITS, [2.5] * UNITS, [0] * UNITS, [0] * UNITS])


@every_layer
def test_a_cell_in_rnn_equals_the_layer(name):
    layer, x = make(name, return_sequences=True), sequences()
    cell = getattr(keras.layers, f"{type(layer).__name__}Cell")(UNITS, **LAYERS[name][1])
    general = RNN(cell, return_sequences=True)
    general.build(x.shape)
    general.set_weights(layer.get_weights())
    np.testing.assert_array_equal(general(x), layer(x))


@pytest.mark.parametrize("layer_class", [LSTM, GRU, SimpleRNN])
@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"units": 0}, "units"),
        ({"units": True}, "units=True"),
        ({"units": 2.5}, r"units=2\.5"),
        ({"units": 4, "dropout": 1.7}, "dropout=1.7"),
        ({"units": 4, "recurrent_dropout": -0.1}, "recurrent_dropout=-0.1"),
        ({"units": 4, "dropout": 1.0}, "dropout=1.0"),
        ({"units": 4, "weight_drop": 1.0}, "weight_drop=1.0"),
        ({"units": 4, "zoneout": "much"}, "zoneout=much"),
        ({"units": 4, "zoneout": (0.1, 0.1, 0.1)}, "one for each of the"),
        ({"units": 4, "zoneout": 0.1, "unroll": True}, "unroll"),
        ({"units": 4, "weight_drop": 0.1, "activation": "gelu"}, "weight_drop"),
    ],
)
def test_wrong_arguments(layer_class, arguments, message):
    with pytest.raises(ValueError, match=message):
        layer_class(**arguments)


@every_layer
@pytest.mark.parametrize(
    ("shape", "state_shape", "message"),
    [
        ((2, 3), None, "ndim|shape"),
        ((BATCH, TIME, FEATURES + 1), None, f"{FEATURES} features"),
        ((BATCH, TIME, FEATURES), (BATCH, UNITS + 1), r"`initial_state` must have .* \[3, 4\]"),
        ((BATCH, TIME, FEATURES), (BATCH + 1, UNITS), r"`initial_state` must have .* \[3, 4\]"),
        ((BATCH, TIME, FEATURES), (UNITS,), r"`initial_state` must have .* \[3, 4\]"),
    ],
)
def test_wrong_shapes(name, shape, state_shape, message):
    state = None if state_shape is None else [tf.zeros(state_shape)] * len(states(name))
    with pytest.raises(ValueError, match=message):
        make(name)(tf.zeros(shape), initial_state=state)


def test_a_state_with_a_part_missing():
    with pytest.raises(ValueError, match=r"2 part\(s\)"):
        make("LSTM")(sequences(), initial_state=states("LSTM")[:1])


@every_layer
def test_stateful_with_a_changing_batch(name):
    layer = make(name, stateful=True)
    layer(sequences())
    with pytest.raises(ValueError, match=r"(?s)batch size.*Expected batch size: 3.*Received batch size: 2"):
        layer(sequences()[:2])
