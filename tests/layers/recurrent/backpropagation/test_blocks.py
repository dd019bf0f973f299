"""A sequence of several blocks against the same in one loop."""

import keras
import numpy as np
import pytest
import tensorflow as tf

from tests.layers.recurrent.namesakes import FEATURES, make, run_with_gradients, states
from toolkit.layers import AttentionDecoder
from toolkit.layers.recurrent.backpropagation.blocks import BLOCK, padding_of
from toolkit.layers.recurrent.backpropagation.through_time import _compiled
from toolkit.layers.recurrent.written_gradients import equations_of

ROWS, TIME = 3, 2 * BLOCK + 7


def sequences(time=TIME):
    random = np.random.default_rng(0)
    return tf.constant(random.normal(size=(ROWS, time, FEATURES))), tf.constant(random.integers(0, 2, (ROWS, time)), tf.bool)


def equal(results, expected):
    for ours, theirs in zip(results, expected, strict=True):
        np.testing.assert_allclose(ours, theirs, rtol=1e-10, atol=1e-10)  # double precision, sums in another order


@pytest.mark.parametrize("all_outputs", [True, pytest.param(False, marks=pytest.mark.slow)])
@pytest.mark.parametrize("name", ["LSTM", *(pytest.param(name, marks=pytest.mark.slow) for name in ("GRU, reset after", "SimpleRNN"))])
@pytest.mark.parametrize("training", [True, pytest.param(False, marks=pytest.mark.slow)])
def test_blocks_equal_one_loop(name, all_outputs, training):
    layer = make(name, return_sequences=all_outputs, return_state=True, dtype="float64", zoneout=0.0 if training else 0.3)
    x, mask = sequences()
    initial = states(name, "float64")

    def run(x, mask):
        return run_with_gradients(layer, x, mask, initial, training=training)

    whole = tf.function(run)(x, mask)  # a known length is one block
    signature = [tf.TensorSpec([ROWS, None, FEATURES], "float64"), tf.TensorSpec([ROWS, None], "bool")]
    equal(tf.function(run, input_signature=signature)(x, mask), whole)
    equal(run(x, mask), whole)


def test_blocks_may_be_compiled_as_a_whole():
    layer = make("LSTM", return_sequences=True, return_state=True, dtype="float64")
    x, mask = sequences()

    def run(x, mask):
        return run_with_gradients(layer, x, mask, states("LSTM", "float64"), training=True)

    signature = [tf.TensorSpec([None, None, FEATURES], "float64"), tf.TensorSpec([None, None], "bool")]
    equal(tf.function(run, input_signature=signature, jit_compile=True)(x, mask), tf.function(run)(x, mask))


def test_a_decoder_s_memory_gets_its_gradient_from_all_blocks():
    layer = AttentionDecoder(keras.layers.LSTMCell(4, dtype="float64"), 2, dtype="float64")
    x, memory = sequences()[0], tf.constant(np.random.default_rng(1).normal(size=(ROWS, 6, 4)))
    layer(x[:, :1], memory)

    def run(x, memory):
        with tf.GradientTape() as tape:
            tape.watch([x, memory])
            outputs = layer(x, memory, training=True)
            loss = tf.reduce_sum(tf.sin(outputs))
        return [outputs, *tape.gradient(loss, [x, memory, *layer.trainable_variables])]

    signature = [tf.TensorSpec([ROWS, None, FEATURES], "float64"), tf.TensorSpec([ROWS, 6, 4], "float64")]
    equal(tf.function(run, input_signature=signature)(x, memory), tf.function(run)(x, memory))


def test_all_lengths_share_a_program():
    """However long, a sequence is read in blocks of one shape, which are traced once."""
    layer = keras.Sequential([keras.Input((None, FEATURES)), type(make("LSTM"))(3, dtype="float64")]).layers[0]
    _, forward, backward = _compiled(equations_of(layer.cell), False, (ROWS, BLOCK, FEATURES))
    for time in (1, BLOCK, TIME, 4 * BLOCK + 1):
        x, mask = sequences(time)
        with tf.GradientTape() as tape:
            loss = tf.reduce_sum(layer(x, mask=mask, training=True))
        tape.gradient(loss, layer.trainable_variables)
        counts = forward.experimental_get_tracing_count(), backward.experimental_get_tracing_count()
        if time == 1:
            first = counts
    assert counts == first


@pytest.mark.parametrize(("length", "padding"), [(0, BLOCK), (1, BLOCK - 1), (BLOCK, 0), (BLOCK + 1, BLOCK - 1)])
def test_a_length_is_padded_to_whole_blocks(length, padding):
    assert padding_of(length) == padding
    assert int(padding_of(tf.constant(length))) == padding
