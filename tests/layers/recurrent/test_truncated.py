"""Truncated backpropagation through time against the whole sequence, and against the layer called chunk by chunk."""

import keras
import numpy as np
import pytest
import tensorflow as tf

from toolkit.layers import GRU, LSTM, RNN, Bidirectional, RecurrentStack, SimpleRNN, TruncatedBPTT
from toolkit.layers.recurrent.time_loop import backend

BATCH, TIME, FEATURES, UNITS = 6, 7, 5, 4
LAYERS = {
    "lstm": LSTM,
    "gru": GRU,
    "simple_rnn": SimpleRNN,
    "rnn": lambda units, **options: RNN(keras.layers.LSTMCell(units, recurrent_activation="hard_sigmoid"), **options),
}
MASK = [
    [1, 1, 1, 1, 1, 1, 1],
    [1, 1, 1, 0, 0, 0, 0],  # padding on the right
    [0, 0, 0, 0, 0, 0, 0],  # padding alone
    [0, 0, 0, 0, 1, 1, 1],  # padding on the left
    [0, 1, 0, 0, 1, 1, 0],  # holes
    [1, 1, 0, 0, 0, 0, 1],  # a hole as long as a chunk
]
CASES = [("lstm", "no mask"), ("lstm", "mask"), ("gru", "mask"), ("simple_rnn", "mask")]
MASKS = {"no mask": None, "mask": np.array(MASK, bool)}
X = tf.constant(np.random.default_rng(0).normal(size=(BATCH, TIME, FEATURES)), "float32")


def made(layer, **options):
    """A layer whose state says more than its first weights would let it."""
    layer = LAYERS[layer](UNITS, **options)
    layer.build(X.shape)
    layer.set_weights([np.random.default_rng(i).normal(size=weight.shape) for i, weight in enumerate(layer.weights)])
    return layer


def states(layer):
    return [tf.constant(np.random.default_rng(i).normal(size=(BATCH, size)), "float32") for i, size in enumerate(layer.state_size)]


def loss_of(outputs):
    # A different nonlinear weight on every output, so that no two errors cancel.
    return tf.add_n([tf.reduce_sum(tf.sin(output * (i + 1))) for i, output in enumerate(outputs)])


def run_with_gradients(call, layer, x, initial):
    with tf.GradientTape() as tape:
        tape.watch([x, *initial])
        outputs = call(x, initial)
        loss = loss_of(outputs)
    return [*outputs, *tape.gradient(loss, [x, *initial, *layer.trainable_variables], unconnected_gradients="zero")]


def assert_equal(received, expected):
    for actual, desired in zip(received, expected, strict=True):
        # Single precision sums over seven steps and six rows, relative to the largest entry.
        np.testing.assert_allclose(actual, desired, rtol=0, atol=1e-5 * max(1, np.abs(desired).max()))


@pytest.mark.parametrize(("layer", "mask"), CASES)
@pytest.mark.parametrize("options", [{}, {"return_sequences": True}, {"return_sequences": True, "zero_output_for_mask": True}], ids=str)
def test_gives_what_the_whole_sequence_gives(layer, mask, options):
    inner = made(layer, return_state=True, **options)
    initial = states(inner)
    mask = MASKS[mask]
    expected = inner(X, mask=mask, initial_state=initial)
    assert_equal(TruncatedBPTT(inner, 3)(X, mask=mask, initial_state=initial), expected)


def test_without_states_it_gives_the_output_alone():
    inner = made("lstm", return_sequences=True)
    np.testing.assert_allclose(TruncatedBPTT(inner, 3)(X), inner(X), rtol=0, atol=1e-6)  # single precision


@pytest.mark.parametrize(("layer", "mask"), CASES)
def test_a_chunk_of_the_whole_sequence_gives_the_full_gradient(layer, mask):
    inner = made(layer, return_sequences=True, return_state=True)
    truncated, mask = TruncatedBPTT(inner, TIME), MASKS[mask]
    expected = run_with_gradients(lambda x, initial: inner(x, mask=mask, initial_state=initial), inner, X, states(inner))
    received = run_with_gradients(lambda x, initial: truncated(x, mask=mask, initial_state=initial), truncated, X, states(inner))
    assert_equal(received, expected)


def chunk_by_chunk(layer, x, initial, mask, length):
    """The definition: the layer is called on each chunk; a row without a token in it keeps its state, gradient included."""
    outputs, state = [], initial
    for start in range(0, x.shape[1], length):
        chunk_mask = None if mask is None else mask[:, start : start + length]
        entering = [tf.stop_gradient(part) for part in state] if start else state
        output, *new = layer(x[:, start : start + length], mask=chunk_mask, initial_state=entering)
        if mask is not None:
            new = [tf.where(chunk_mask.any(1, keepdims=True), now, before) for now, before in zip(new, state, strict=True)]
        outputs.append(output)
        state = new
    return tf.concat(outputs, 1), *state


@pytest.mark.parametrize(
    ("layer", "mask", "length"),
    [*[(*case, 3) for case in CASES], ("lstm", "mask", 1), ("rnn", "mask", 3)],
)
def test_gradient_equals_that_of_the_layer_called_chunk_by_chunk(layer, mask, length):
    # The layer called alone gives zeros before the first token of a chunk, so both give zeros at masked steps here.
    inner = made(layer, return_sequences=True, return_state=True, zero_output_for_mask=True)
    truncated, mask = TruncatedBPTT(inner, length), MASKS[mask]
    expected = run_with_gradients(lambda x, initial: chunk_by_chunk(inner, x, initial, mask, length), inner, X, states(inner))
    received = run_with_gradients(lambda x, initial: truncated(x, mask=mask, initial_state=initial), truncated, X, states(inner))
    assert_equal(received, expected)


def gradient_of_last_output(layer, x, mask=None):
    with tf.GradientTape() as tape:
        tape.watch(x)
        loss = tf.reduce_sum(tf.sin(layer(x, mask=mask)[:, -1]))
    return tape.gradient(loss, x).numpy()


def test_an_error_reaches_the_first_step_of_its_chunk_and_no_further():
    gradient = gradient_of_last_output(TruncatedBPTT(made("lstm", return_sequences=True), 3), X)
    assert not gradient[:, :6].any()
    assert gradient[:, 6].all()


@pytest.mark.parametrize("padding", [2, 5])  # within the last chunk, and beyond it
def test_padding_changes_neither_result_nor_gradient(padding):
    layer = TruncatedBPTT(made("lstm", return_sequences=True), 3)
    padded = tf.pad(X, [[0, 0], [0, padding], [0, 0]], constant_values=9.0)
    mask = np.arange(TIME + padding)[np.newaxis] < np.full((BATCH, 1), TIME)
    np.testing.assert_allclose(layer(padded, mask=mask)[:, :TIME], layer(X), rtol=0, atol=1e-6)  # single precision
    gradient = gradient_of_last_output(layer, padded, mask)
    np.testing.assert_allclose(gradient[:, :TIME], gradient_of_last_output(layer, X), rtol=0, atol=1e-5)  # single precision sums
    assert not gradient[:, TIME:].any()


def test_rows_are_independent():
    layer = TruncatedBPTT(made("lstm", return_sequences=True), 3)
    alone = tf.concat([layer(X[i : i + 1]) for i in range(BATCH)], 0)
    np.testing.assert_allclose(layer(X), alone, rtol=0, atol=1e-6)  # single precision


@pytest.mark.parametrize(
    ("shape", "return_sequences"),
    [pytest.param(X.shape, False, marks=pytest.mark.slow), ([None, None, FEATURES], True)],
    ids=["known shape", "unknown batch and time"],
)
def test_a_graph_does_what_eager_execution_does(shape, return_sequences):
    layer = TruncatedBPTT(made("lstm", return_sequences=return_sequences, return_state=True), 3)

    def run(x, mask):
        return run_with_gradients(lambda x, _: layer(x, mask=mask), layer, x, [])

    graph = tf.function(run, input_signature=[tf.TensorSpec(shape), tf.TensorSpec(shape[:2], tf.bool)])
    assert_equal(graph(X, MASKS["mask"]), run(X, MASKS["mask"]))


@pytest.mark.parametrize("name", ["graph", "litert"])
def test_other_backends_read_the_whole(name):
    inner = made("lstm", return_sequences=True)
    with backend(name):
        np.testing.assert_array_equal(TruncatedBPTT(inner, 3)(X), inner(X))


def test_stateful_carries_the_state_between_calls():
    layer = TruncatedBPTT(LSTM(UNITS, stateful=True, return_sequences=True), 2)
    layer.build(X.shape)
    parts = [layer(X[:, :3]), layer(X[:, 3:])]
    layer.reset_state()
    np.testing.assert_allclose(tf.concat(parts, 1), layer(X), rtol=0, atol=1e-6)  # single precision
    assert not np.allclose(layer(X), tf.concat(parts, 1))


def test_a_learned_initial_state_learns_from_the_first_chunk():
    layer = TruncatedBPTT(LSTM(UNITS, learned_initial_state=True, return_sequences=True), 3)

    def gradient(first, last):
        with tf.GradientTape() as tape:
            loss = tf.reduce_sum(tf.sin(layer(X)[:, first:last]))
        return tape.gradient(loss, layer.layer.initial_state_weights, unconnected_gradients="zero")[0].numpy()

    assert gradient(0, 3).any()
    assert not gradient(3, TIME).any()


def test_a_stack_is_truncated_layer_by_layer():
    inner = [made("lstm", return_sequences=True), LSTM(UNITS, return_sequences=True)]
    stack = RecurrentStack([TruncatedBPTT(layer, 3) for layer in inner])
    np.testing.assert_allclose(stack(X), inner[1](inner[0](X)), rtol=0, atol=1e-6)  # single precision
    assert not gradient_of_last_output(stack, X)[:, :6].any()


def test_the_wrapper_has_the_weights_of_its_layer_once():
    inner = made("lstm")
    layer = TruncatedBPTT(inner, 3)
    layer(X)
    assert [id(weight) for weight in layer.weights] == [id(weight) for weight in inner.weights]


def test_computes_in_the_precision_of_its_layer():
    assert TruncatedBPTT(LSTM(UNITS, dtype="float64"), 3)(tf.cast(X, "float64")).dtype == "float64"


@pytest.mark.parametrize("length", [0, -1, 2.5, None, True])
def test_wrong_lengths(length):
    with pytest.raises(ValueError, match=f"length={length}"):
        TruncatedBPTT(LSTM(UNITS), length)


@pytest.mark.parametrize(
    ("make", "error", "message"),
    [
        (lambda: LSTM(UNITS, go_backwards=True), ValueError, "comes from the future.*go_backwards=True"),
        (lambda: Bidirectional(LSTM(UNITS)), TypeError, "Half of a Bidirectional layer reads backwards"),
        (lambda: keras.layers.Dense(UNITS), TypeError, "must be a recurrent layer.*Dense"),
        (lambda: LSTM(UNITS, unroll=True), ValueError, "unroll=True"),
    ],
    ids=["backwards", "bidirectional", "dense", "unrolled"],
)
def test_wrong_layers(make, error, message):
    with pytest.raises(error, match=message):
        TruncatedBPTT(make(), 3)


def test_bidirectional_cannot_turn_it_around():
    with pytest.raises(ValueError, match=r"comes from the future.*go_backwards=True"):
        Bidirectional(TruncatedBPTT(LSTM(UNITS), 3))


def test_a_state_of_the_wrong_shape_is_named():
    with pytest.raises(ValueError, match=r"`initial_state`.*Received"):
        TruncatedBPTT(LSTM(UNITS), 3)(X, initial_state=[tf.zeros([BATCH, UNITS + 1])] * 2)
