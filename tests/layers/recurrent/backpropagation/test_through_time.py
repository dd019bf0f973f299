"""The frame around the cells' equations: what holds steps back, and the parts of a batch."""

import numpy as np
import pytest
import tensorflow as tf

from tests.layers.recurrent.namesakes import BATCH, FEATURES, TIME, UNITS, every_layer, make, mask_of, sequences, states
from toolkit.layers.recurrent.backpropagation.blocks import BLOCK
from toolkit.layers.recurrent.backpropagation.through_time import NO_NOISE, Noise, _compiled, through_time
from toolkit.layers.recurrent.time_loop import scan
from toolkit.layers.recurrent.written_gradients import equations_of, weights_of


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


@pytest.mark.parametrize(
    "rows", [33, *(pytest.param(rows, marks=pytest.mark.slow) for rows in (20, 3))]
)  # two parts, a small second part, and none
def test_rows_and_steps_may_be_unknown_when_the_graph_is_traced(rows, monkeypatch):
    layer = make("LSTM", return_sequences=True, dtype="float64")
    x = np.random.default_rng(0).normal(size=(rows, 5, FEATURES))
    mask = np.random.default_rng(1).integers(0, 2, (rows, 5)).astype(bool)

    def run(x, mask):
        with tf.GradientTape() as tape:
            tape.watch(x)
            loss = tf.reduce_sum(tf.sin(layer(x, mask=mask, training=True)))
        return [loss, *tape.gradient(loss, [x, *(variable.value for variable in layer.trainable_variables)])]

    whole = run(tf.constant(x), tf.constant(mask))  # eager: one part, and known shapes
    monkeypatch.setattr("os.cpu_count", lambda: 2)
    signature = [tf.TensorSpec([None, None, FEATURES], "float64"), tf.TensorSpec([None, None], "bool")]
    for ours, theirs in zip(tf.function(run, input_signature=signature)(x, mask), whole, strict=True):
        np.testing.assert_allclose(ours, theirs, rtol=1e-12, atol=1e-12)  # double precision, sums in another order


def test_lengths_within_one_block_share_a_program():
    """XLA compiles anew for every value that it takes for a constant: the number of steps must not be one, there and back."""
    equations, weights = equations_of(make("LSTM").cell), weights_of(make("LSTM").cell)
    x, state = tf.zeros([BATCH, BLOCK, FEATURES]), equations.State(*states("LSTM"))
    _, forward, backward = _compiled(equations, True, tuple(x.shape))
    results, kept = forward(weights, x, state, None, NO_NOISE, tf.constant(3))

    def programs(time):
        there = forward.experimental_get_compiler_ir(weights, x, state, None, NO_NOISE, tf.constant(time), keep=True, plain=False)
        back = backward.experimental_get_compiler_ir(kept, weights, None, NO_NOISE, tf.constant(time), results)
        return there("hlo"), back("hlo")

    assert programs(3) == programs(7)


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
