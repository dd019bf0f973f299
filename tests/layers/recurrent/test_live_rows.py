import numpy as np
import pytest
import tensorflow as tf
from hypothesis import given, settings
from hypothesis import strategies as st

from toolkit.layers import GRU, LSTM, RNN, Bidirectional, CoupledLSTMCell
from toolkit.layers.recurrent.backpropagation.through_time import Noise
from toolkit.layers.recurrent.live_rows import BLOCK, run_live_rows
from toolkit.layers.recurrent.time_loop import backend

LENGTHS = [2 * BLOCK + 7, 0, 1, BLOCK, BLOCK + 1]
X = np.random.default_rng(0).normal(size=(len(LENGTHS), max(LENGTHS), 3)).astype("float32")
PADDED = np.arange(max(LENGTHS)) < np.array(LENGTHS)[:, None]
GAPS = PADDED & (np.arange(max(LENGTHS)) // BLOCK != 1)  # a whole block is masked in the middle


@pytest.mark.parametrize("mask", [PADDED, PADDED[:, ::-1], GAPS, np.zeros_like(PADDED)], ids=["after", "before", "between", "everything"])
@pytest.mark.parametrize("return_sequences", [True, False])
@pytest.mark.parametrize(
    "make",
    [
        LSTM,
        lambda units, **kwargs: GRU(units, go_backwards=True, **kwargs),
        lambda units, **kwargs: RNN(CoupledLSTMCell(units), **kwargs),
    ],
    ids=["lstm", "gru backwards", "no equations"],
)
def test_a_batch_of_any_size_gives_what_one_of_known_size_gives(make, return_sequences, mask):
    layer = make(4, return_sequences=return_sequences, return_state=True)
    for any_size, known_size in zip(*(_run(layer, shape, mask) for shape in [(None, None, 3), X.shape]), strict=True):
        np.testing.assert_allclose(any_size, known_size, rtol=0, atol=1e-6)  # single precision


def test_a_learned_initial_state_is_carried_to_the_first_step():
    layer = LSTM(4, learned_initial_state=True, return_sequences=True, return_state=True)
    layer.build((None, None, 3))
    layer.set_weights([np.full(weight.shape, 0.3, "float32") for weight in layer.get_weights()])
    for any_size, known_size in zip(*(_run(layer, shape, PADDED[:, ::-1]) for shape in [(None, None, 3), X.shape]), strict=True):
        np.testing.assert_allclose(any_size, known_size, rtol=0, atol=1e-6)  # single precision


@pytest.mark.slow
def test_there_is_a_gradient():
    layer = Bidirectional(LSTM(4, return_sequences=True))
    layer.build((None, None, 3))

    def gradients(shape):
        @tf.function(input_signature=[tf.TensorSpec(shape), tf.TensorSpec(shape[:2], tf.bool)])
        def run(x, mask):
            with backend("graph"), tf.GradientTape() as tape:
                loss = tf.reduce_sum(layer(x, mask=mask) ** 2)
            return tape.gradient(loss, [variable.value for variable in layer.trainable_variables])

        return run(X, PADDED)

    for any_size, known_size in zip(gradients((None, None, 3)), gradients(X.shape), strict=True):
        np.testing.assert_allclose(any_size, known_size, rtol=1e-4, atol=1e-4)  # single precision, sums over hundreds of steps


@settings(deadline=None)  # two cores may be shared
@given(st.lists(st.integers(0, 3 * BLOCK), min_size=2, max_size=5))
def test_rows_are_run_only_in_the_blocks_in_which_they_have_a_step(lengths):
    seen = []

    def run(inputs, carried, noise):
        seen.append(inputs.shape[1])
        outputs = tf.where(noise.mask, inputs, carried[0])
        return [outputs[-1]], outputs

    time = max(*lengths, 1)
    mask = (np.arange(time)[:, None] < np.array(lengths))[:, :, None]
    inputs = tf.ones([time, len(lengths), 1])
    run_live_rows(run, inputs, [tf.zeros([len(lengths), 1])], Noise(tf.constant(mask)), all_outputs=True)
    assert seen == [sum(length > start for length in lengths) for start in range(0, time, BLOCK)]


def test_a_single_row_runs_in_one_block():
    seen = []

    def run(inputs, carried, noise):
        seen.append(tuple(inputs.shape))
        return carried, None

    run_live_rows(run, tf.ones([3 * BLOCK, 1, 2]), [tf.zeros([1, 2])], Noise(tf.ones([3 * BLOCK, 1, 1], tf.bool)), all_outputs=False)
    assert seen == [(3 * BLOCK, 1, 2)]


def _run(layer, shape, mask):
    if not layer.built:
        layer.build(shape)

    @tf.function(input_signature=[tf.TensorSpec(shape), tf.TensorSpec(shape[:2], tf.bool)])
    def run(x, mask):
        with backend("graph"):
            return layer(x, mask=mask)

    return run(X, mask)
