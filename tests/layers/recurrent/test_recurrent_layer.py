"""What all recurrent layers share: regularization, arguments, and who runs the loop."""

import keras
import numpy as np
import pytest
import tensorflow as tf

from tests.layers.recurrent.namesakes import BATCH, FEATURES, LAYERS, TIME, UNITS, every_layer, make, mask_of, sequences, states
from toolkit.layers import GRU, LSTM, RNN, PeepholeLSTMCell, SimpleRNN
from toolkit.layers.recurrent import recurrent_layer


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
        ({"units": 4, "zoneout": "much"}, "zoneout=.much."),
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


def test_a_frozen_cell_passes_the_gradient_on_and_learns_once_thawed():
    layer, x = RNN(PeepholeLSTMCell(UNITS)), sequences()
    layer.trainable = False

    def gradients():
        with tf.GradientTape() as tape:
            tape.watch(x)
            value = tf.reduce_sum(layer(x) ** 2)
        return tape.gradient(value, [x, *(variable.value for variable in layer.trainable_variables)])

    assert [bool(tf.reduce_any(gradient != 0)) for gradient in gradients()] == [True]
    layer.trainable = True
    assert [bool(tf.reduce_any(gradient != 0)) for gradient in gradients()] == [True] * (1 + len(layer.weights))
