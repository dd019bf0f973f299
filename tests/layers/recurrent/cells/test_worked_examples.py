"""What docs/cells_without_a_product.md works by hand, against its equations and against the layers."""

import re
from pathlib import Path

import numpy as np
import pytest
import tensorflow as tf

from toolkit.layers.recurrent.cells.qrnn_cell import QRNNCell
from toolkit.layers.recurrent.cells.sru_cell import SRUCell
from toolkit.layers.recurrent.rnn import RNN

PAGE = Path(__file__).parents[4] / "docs" / "cells_without_a_product.md"
HALF_A_DIGIT = 5.1e-5  # four are shown
CELLS = {
    "SRU": (SRUCell, {"kernel": [[1.0, 0.5, -0.5]], "recurrent_kernel": [1.0, 2.0]}),
    "QRNN": (QRNNCell, {"kernel": [[1.0, 0.5, -1.0]]}),
}


def σ(x):
    return 1 / (1 + np.exp(-x))


def shown(name):
    """The steps forward, the steps back from the first to the last, and the gradients, as numbers."""
    section = PAGE.read_text("utf-8").split(f"\n## {name}\n")[1].split("\n## ")[0].split("**By hand.**")[1]
    rows = np.array([line.strip("| ").split(" | ") for line in section.splitlines() if re.match(r"\| \d", line)], float)
    sums = [float(value) for value in re.findall(r"δ[Wv]\S* = (-?\d\.\d{4})", section)]
    return rows[:3], rows[3:][::-1], sums


@pytest.mark.parametrize("name", CELLS)
def test_the_steps_follow_the_equations(name):
    forward, _, _ = shown(name)
    before = 0.0
    for _, x, g, f, gate, c, h in forward:
        expected = [x, σ(0.5 * x + before), σ(-0.5 * x + 2 * before)] if name == "SRU" else [np.tanh(x), σ(0.5 * x), σ(-x)]
        memory = expected[1] * before + (1 - expected[1]) * expected[0]
        told = expected[2] * memory + ((1 - expected[2]) * x if name == "SRU" else 0)
        np.testing.assert_allclose([g, f, gate, c, h], [*expected, memory, told], rtol=0, atol=HALF_A_DIGIT)
        before = memory


@pytest.mark.parametrize("name", CELLS)
def test_the_errors_follow_the_equations(name):
    forward, back, _ = shown(name)
    v_f, v_r = (1, 2) if name == "SRU" else (0, 0)
    later = 0.0
    for t in (2, 1, 0):
        _, x, g, f, gate, c, _ = forward[t]
        before, past = (forward[t - 1, 5] if t else 0.0), (x if name == "SRU" else 0.0)
        δc = later + gate
        δg = (1 - f) * δc * (1 if name == "SRU" else 1 - g**2)
        δf, δ_gate = (before - g) * δc * f * (1 - f), (c - past) * gate * (1 - gate)
        later = f * δc + v_f * δf + v_r * δ_gate
        # Of numbers that are shown, not of those that they were rounded from.
        np.testing.assert_allclose(back[t, 1:], [1, δc, δg, δf, δ_gate, later], rtol=0, atol=4 * HALF_A_DIGIT)


@pytest.mark.parametrize("name", CELLS)
def test_the_layer_gives_the_numbers_and_their_gradients(name):
    forward, back, sums = shown(name)
    cell, weights = CELLS[name]
    layer = RNN(cell(1, use_bias=False, dtype="float64"), return_sequences=True, dtype="float64")
    layer.build((1, 3, 1))
    for variable in layer.trainable_variables:
        variable.assign(weights[variable.name])
    variables = [variable.value for variable in layer.trainable_variables]
    with tf.GradientTape() as tape:
        outputs = layer(tf.constant(forward[:, 1].reshape(1, 3, 1)))
        loss = tf.reduce_sum(outputs)
    np.testing.assert_allclose(outputs[0, :, 0], forward[:, -1], rtol=0, atol=HALF_A_DIGIT)
    received = np.concatenate([np.ravel(gradient) for gradient in tape.gradient(loss, variables)])
    np.testing.assert_allclose(received, sums, rtol=0, atol=HALF_A_DIGIT)
    # The sums are those of the steps that are shown: x δz, each rounded.
    np.testing.assert_allclose(forward[:, 1] @ back[:, 3:6], sums[:3], rtol=0, atol=3 * HALF_A_DIGIT * 2)
