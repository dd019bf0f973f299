import numpy as np
import pytest
import tensorflow as tf

from toolkit.layers import LSTM, Bidirectional, Segmented

X = tf.constant(np.random.default_rng(0).normal(size=(2, 7, 3)), "float32")
MASK = np.array([[1, 1, 1, 1, 1, 1, 1], [1, 1, 1, 1, 0, 0, 0]], bool)


def test_training_reads_each_segment_from_the_initial_state():
    inner = LSTM(4, return_sequences=True)
    segmented = Segmented(inner, 3)
    parts = [inner(X[:, start : start + 3], mask=MASK[:, start : start + 3]) for start in (0, 3, 6)]
    np.testing.assert_allclose(segmented(X, mask=MASK, training=True), tf.concat(parts, 1), rtol=0, atol=1e-6)  # single precision


def test_the_length_may_be_unknown_when_the_graph_is_traced():
    segmented = Segmented(LSTM(4, return_sequences=True), 3)
    run = tf.function(lambda x: segmented(x, training=True), input_signature=[tf.TensorSpec([2, None, 3])])
    np.testing.assert_allclose(run(X), segmented(X, training=True), rtol=0, atol=1e-6)  # single precision


def test_outside_of_training_the_layer_reads_the_whole():
    inner = Bidirectional(LSTM(4, return_sequences=True))
    np.testing.assert_array_equal(Segmented(inner, 3)(X, mask=MASK), inner(X, mask=MASK))


@pytest.mark.parametrize("length", [0, -1, 2.5, None])
def test_wrong_lengths(length):
    with pytest.raises(ValueError, match=f"length={length}"):
        Segmented(LSTM(4, return_sequences=True), length)
