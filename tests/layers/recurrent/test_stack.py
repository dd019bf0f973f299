"""Stacks against the same layers called one after the other."""

import keras
import numpy as np
import pytest
import tensorflow as tf

from toolkit.layers import GRU, LSTM, RNN, Bidirectional, RecurrentStack, Segmented, SimpleRNN, VariationalDropout

BATCH, TIME, FEATURES, UNITS = 3, 5, 6, 4
CONNECTIONS = ["plain", "residual", "highway", "dense"]
X = tf.constant(np.random.default_rng(0).normal(size=(BATCH, TIME, FEATURES)), "float32")
MASK = np.array([[1, 1, 1, 1, 1], [1, 0, 1, 0, 0], [0, 0, 0, 0, 0]], bool)


def mixed_layers(**options):
    """One layer of each kind, each with four outputs."""
    return [
        LSTM(UNITS, return_sequences=True, **options),
        Bidirectional(SimpleRNN(UNITS // 2, return_sequences=True, **options)),
        RNN(keras.layers.GRUCell(UNITS), return_sequences=True, **options),
    ]


def lstms(**options):
    return [LSTM(UNITS, return_sequences=True, **options) for _ in range(2)]


def composed(stack, x, mask=None, initial_state=(None, None, None)):
    """The definition of each connection, written out."""
    below, states = [x], []
    for layer, start in zip(stack.layers, initial_state, strict=True):
        read = tf.concat(below, -1) if stack.connection == "dense" else below[-1]
        y, *state = layer(read, mask=mask, initial_state=start)
        if layer is not stack.layers[0] and stack.connection == "residual":
            y = read + y
        if layer is not stack.layers[0] and stack.connection == "highway":
            gate = stack.gates[stack.layers.index(layer) - 1]
            t = 1 / (1 + tf.exp(-(read @ gate.kernel + gate.bias)))
            y = t * y + (1 - t) * read
        below.append(y)
        states.append(state)
    return y, states


def assert_close(received, expected):
    for actual, desired in zip(tf.nest.flatten(received), tf.nest.flatten(expected), strict=True):
        np.testing.assert_allclose(actual, desired, rtol=0, atol=1e-6)  # single precision


@pytest.mark.parametrize("connection", CONNECTIONS)
def test_equals_the_layers_one_after_the_other(connection):
    stack = RecurrentStack(mixed_layers(return_state=True), connection=connection, return_state=True)
    output, states = stack(X, mask=MASK)
    expected, expected_states = composed(stack, X, mask=MASK)
    assert_close((output, states), (expected, expected_states))
    assert [len(state) for state in states] == [2, 2, 1]


@pytest.mark.parametrize("connection", CONNECTIONS)
def test_a_split_sequence_with_carried_state_equals_the_whole(connection):
    stack = RecurrentStack(lstms(return_state=True), connection=connection, return_state=True)
    first, states = stack(X[:, :2])
    second, last = stack(X[:, 2:], initial_state=states)
    assert_close((tf.concat([first, second], 1), last), stack(X))


def test_an_initial_state_of_none_is_that_of_the_layer():
    stack = RecurrentStack(lstms(return_state=True), return_state=True)
    _, states = stack(X)
    received = stack(X, initial_state=[None, states[1]])
    assert_close(received, stack(X, initial_state=[[tf.zeros([BATCH, UNITS])] * 2, states[1]]))
    assert not np.allclose(received[0], stack(X)[0])


@pytest.mark.parametrize("connection", CONNECTIONS)
def test_padding_changes_nothing(connection):
    stack = RecurrentStack(mixed_layers(), connection=connection)
    padded = tf.pad(X, [[0, 0], [0, 4], [0, 0]], constant_values=9.0)
    mask = np.arange(TIME + 4)[np.newaxis] < np.full((BATCH, 1), TIME)
    assert_close(stack(padded, mask=mask)[:, :TIME], stack(X))


def test_rows_are_independent():
    stack = RecurrentStack(mixed_layers(), connection="dense")
    assert_close(stack(X), tf.concat([stack(X[i : i + 1]) for i in range(BATCH)], 0))


@pytest.mark.parametrize("has_initial_state", [False, True])
def test_reads_the_mask_of_its_input_and_passes_it_on(has_initial_state):
    stack = RecurrentStack(lstms())
    inputs = keras.layers.Masking()(X * MASK[..., np.newaxis])
    state = [[tf.zeros([BATCH, UNITS])] * 2] * 2 if has_initial_state else None
    outputs = stack(inputs, initial_state=state)
    assert_close(outputs, stack(X, mask=MASK))
    np.testing.assert_array_equal(outputs._keras_mask, MASK)


def test_the_last_layer_may_return_the_last_output_alone():
    layers = [LSTM(UNITS, return_sequences=True), GRU(UNITS)]
    stack = RecurrentStack(layers, connection="dense")
    inputs = keras.layers.Masking()(X * MASK[..., np.newaxis])
    outputs = stack(inputs)
    assert_close(outputs, layers[1](tf.concat([inputs, layers[0](X, mask=MASK)], -1), mask=MASK))
    assert getattr(outputs, "_keras_mask", None) is None
    assert stack.compute_output_shape((None, None, FEATURES)) == (None, UNITS)


def test_a_highway_starts_by_passing_layers_by():
    stack = RecurrentStack(lstms(), connection="highway", transform_bias=-20.0)
    # A gate of σ(-20 ± 2) lets 1e-8 of the layer through.
    assert_close(stack(X), stack.layers[0](X))


def test_connections_start_at_the_layer_asked_for():
    layers = [SimpleRNN(FEATURES, return_sequences=True) for _ in range(2)]
    from_the_first = RecurrentStack(layers, connection="residual", first_connected=0)
    below = X + layers[0](X)
    assert_close(from_the_first(X), below + layers[1](below))
    from_none = RecurrentStack(layers, connection="residual", first_connected=2)
    assert_close(from_none(X), layers[1](layers[0](X)))


def test_dropout_is_on_what_a_layer_reads_and_not_on_the_way_around_it():
    layers = lstms()
    stack = RecurrentStack(layers, connection="residual", dropout=0.5, seed=7)
    below = layers[0](X)
    expected = below + layers[1](VariationalDropout(0.5, seed=8)(below, training=True))
    assert_close(stack(X, training=True), expected)
    assert not np.allclose(stack(X, training=False), expected)


def test_stateful_layers_start_anew_when_told():
    stack = RecurrentStack(lstms(stateful=True))
    first, second = stack(X), stack(X)
    assert not np.allclose(first, second)
    stack.reset_state()
    assert_close(stack(X), first)


@pytest.mark.parametrize("connection", CONNECTIONS)
def test_a_saved_model_gives_the_same_answers(connection, tmp_path):
    inputs = keras.Input((None, FEATURES))
    stack = RecurrentStack(lstms(return_state=True), connection=connection, return_state=True, dropout=0.2, transform_bias=-2.0)
    output, states = stack(inputs)
    again, _ = stack(inputs, initial_state=states)
    model = keras.Model(inputs, [output, again])
    model.save(tmp_path / "model.keras")
    for received, expected in zip(keras.models.load_model(tmp_path / "model.keras")(X), model(X), strict=True):
        np.testing.assert_array_equal(received, expected)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"layers": []}, "at least one layer"),
        ({"connection": "skip"}, "`connection` must be one of.*'skip'"),
        ({"first_connected": 3}, "from 0 to 2.*first_connected=3"),
        ({"first_connected": -1}, "first_connected=-1"),
        ({"dropout": 1.0}, "dropout=1.0"),
        ({"return_state": True}, r"Layer 0 \('below'\) must be made with return_state=True"),
        ({"layers": [LSTM(4, name="below"), LSTM(4)]}, r"Layer 0 \('below'\), a layer below the last.*return_sequences=True"),
        (
            {"layers": [LSTM(4, return_sequences=True), LSTM(4, name="top")], "connection": "residual"},
            r"Layer 1 \('top'\), a layer with a residual connection.*return_sequences=True",
        ),
        ({"layers": [LSTM(4, return_sequences=True, go_backwards=True, name="b")]}, r"Layer 0 \('b'\).*reversed.*go_backwards=True"),
        ({"layers": [Bidirectional(LSTM(4, return_sequences=True), merge_mode=None, name="b")]}, r"Layer 0 \('b'\).*merge_mode=None"),
    ],
    ids=lambda value: None if isinstance(value, dict) else value[:24],
)
def test_wrong_arguments(arguments, message):
    layers = [LSTM(UNITS, return_sequences=True, name="below"), LSTM(UNITS, return_sequences=True)]
    with pytest.raises(ValueError, match=message):
        RecurrentStack(**{"layers": layers, **arguments})


@pytest.mark.parametrize(
    "layer", [keras.layers.Dense(4), Segmented(LSTM(4, return_sequences=True), 2), "lstm"], ids=["dense", "segmented", "name"]
)
def test_other_than_recurrent_layers_are_refused(layer):
    with pytest.raises(TypeError, match=r"must be a list of recurrent layers.*at index 1"):
        RecurrentStack([LSTM(UNITS, return_sequences=True), layer])


@pytest.mark.parametrize("connection", ["residual", "highway"])
def test_sizes_that_differ_are_named_when_built(connection):
    stack = RecurrentStack([LSTM(4, return_sequences=True), LSTM(7, return_sequences=True, name="wide")], connection=connection)
    with pytest.raises(ValueError, match=rf"Layer 1 \('wide'\).*{connection}.*reads 4 and gives 7"):
        stack.build(X.shape)


@pytest.mark.parametrize("state", [[None], tf.zeros([BATCH, UNITS])], ids=["too few", "no list"])
def test_a_wrong_initial_state_is_named(state):
    with pytest.raises(ValueError, match="an entry for each of the 2 layers"):
        RecurrentStack(lstms())(X, initial_state=state)
