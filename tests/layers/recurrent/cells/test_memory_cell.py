"""The forget gate's bias."""

import numpy as np
import pytest

from toolkit.layers.recurrent.cells.coupled_lstm_cell import CoupledLSTMCell
from toolkit.layers.recurrent.cells.layer_norm_lstm_cell import LayerNormLSTMCell
from toolkit.layers.recurrent.cells.mogrifier_cells import MogrifierLSTMCell
from toolkit.layers.recurrent.cells.peephole_lstm_cell import PeepholeLSTMCell

CELLS = [CoupledLSTMCell, LayerNormLSTMCell, MogrifierLSTMCell, PeepholeLSTMCell]


@pytest.mark.parametrize("cell_class", CELLS)
@pytest.mark.parametrize("forget_bias", [1.0, -2])
def test_only_the_forget_gate_starts_at_the_forget_bias(cell_class, forget_bias):
    cell = cell_class(3, forget_bias=forget_bias)
    cell.build((None, 2))
    blocks = dict(zip(cell.gates, np.split(cell.bias.numpy(), len(cell.gates)), strict=True))
    assert {gate: set(block) for gate, block in blocks.items()} == {gate: {forget_bias * (gate == "f")} for gate in cell.gates}


@pytest.mark.parametrize("forget_bias", [float("nan"), float("inf"), "1", None, True])
def test_the_forget_bias_must_be_a_finite_number(forget_bias):
    with pytest.raises(ValueError, match=f"`forget_bias` must be a finite number. Received: forget_bias={forget_bias!r}"):
        PeepholeLSTMCell(3, forget_bias=forget_bias)


@pytest.mark.parametrize("epsilon", [0, -1e-3, float("nan"), None, True])
def test_epsilon_must_be_positive(epsilon):
    with pytest.raises(ValueError, match=f"`epsilon` must be a positive number. Received: epsilon={epsilon!r}"):
        LayerNormLSTMCell(3, epsilon=epsilon)
