"""The variants next to the cells that they vary."""

import keras
import numpy as np
import tensorflow as tf

from toolkit.layers.recurrent.cells.coupled_lstm_cell import CoupledLSTMCell
from toolkit.layers.recurrent.cells.greff_variants import CIFGCell, FGRCell, NPCell
from toolkit.layers.recurrent.cells.peephole_lstm_cell import PeepholeLSTMCell

BATCH, TIME, FEATURES, UNITS = 2, 4, 5, 3


def sequences():
    return tf.constant(np.random.default_rng(0).normal(size=(BATCH, TIME, FEATURES)), "float64")


def run(cell):
    return keras.layers.RNN(cell, return_sequences=True, return_state=True, dtype="float64")(sequences())


def built(cell):
    cell.build((BATCH, FEATURES))
    return cell


def test_np_equals_keras_lstm_cell_with_the_same_weights():
    ours, theirs = built(NPCell(UNITS, dtype="float64")), built(keras.layers.LSTMCell(UNITS, dtype="float64"))
    ours.set_weights(theirs.get_weights())
    for actual, desired in zip(run(ours), run(theirs), strict=True):
        np.testing.assert_allclose(actual, desired, rtol=0, atol=1e-12)  # double precision, another order of the sums


def test_np_starts_as_keras_lstm_cell_does():
    seeds = {"kernel_initializer": keras.initializers.GlorotUniform(1), "recurrent_initializer": keras.initializers.Orthogonal(seed=2)}
    ours, theirs = built(NPCell(UNITS, **seeds)), built(keras.layers.LSTMCell(UNITS, **seeds))
    for actual, desired in zip(ours.get_weights(), theirs.get_weights(), strict=True):
        np.testing.assert_array_equal(actual, desired)


def test_peepholes_start_at_nothing():
    vanilla, plain = built(PeepholeLSTMCell(UNITS, dtype="float64")), built(NPCell(UNITS, dtype="float64"))
    plain.set_weights(vanilla.get_weights()[:3])
    np.testing.assert_allclose(run(vanilla)[0], run(plain)[0], rtol=0, atol=1e-12)  # double precision, another order of the sums


def test_fgr_without_its_gate_kernel_is_the_vanilla_cell():
    fgr, vanilla = built(FGRCell(UNITS, dtype="float64")), built(PeepholeLSTMCell(UNITS, dtype="float64"))
    fgr.gate_kernel.assign(np.zeros((3 * UNITS, 3 * UNITS)))
    vanilla.set_weights(fgr.get_weights()[:-1])
    for actual, desired in zip(run(fgr)[:3], run(vanilla), strict=True):
        np.testing.assert_allclose(actual, desired, rtol=0, atol=1e-12)  # double precision, another order of the sums


def test_cifg_without_peepholes_is_the_coupled_cell_with_the_gate_turned_round():
    cifg, coupled = built(CIFGCell(UNITS, dtype="float64")), built(CoupledLSTMCell(UNITS, dtype="float64"))
    # 1 - σ(a) = σ(-a): the input gate's weights, negated, are the forget gate's.
    turn = np.repeat([-1, 1, 1], UNITS)
    coupled.set_weights([weight * turn for weight in cifg.get_weights()[:3]])
    np.testing.assert_array_equal(coupled.bias.numpy()[:UNITS], np.ones(UNITS))  # so both start by remembering
    np.testing.assert_allclose(run(cifg)[0], run(coupled)[0], rtol=0, atol=1e-12)  # double precision, 1 - σ(a) for σ(-a)
