"""Recurrent layers by the names of their cells."""

from typing import Any

from toolkit.cells import CELLS, check_honoured
from toolkit.layers.recurrent.rnn import RNN


def layer_of(name: str, units: int, *, recurrent_dropout: float = 0.0, weight_drop: float = 0.0, seed: int | None = None, **arguments: Any):
    """Makes the recurrent layer of a cell.

    Args:
        name: A key of `CELLS`.
        units: Size of each part of the state.
        recurrent_dropout: Variational dropout on h_{t-1}, for a cell with written equations.
        weight_drop: Share of the recurrent kernel's entries that a batch of training does without, likewise.
        seed: Seed of the two.
        **arguments: What all recurrent layers take: `return_sequences`, `return_state`, `zoneout` and so on.

    Returns:
        A layer from `[batch, time, features]`, such as `LSTM(units)` or `RNN(MUT1Cell(units))`.

    Raises:
        ValueError: There is no such cell, it cannot honour an option, or an argument is out of range.
    """
    check_honoured(name, recurrent_dropout=recurrent_dropout, weight_drop=weight_drop)
    made = CELLS[name].load()
    if CELLS[name].honours_options:
        return made(units, recurrent_dropout=recurrent_dropout, weight_drop=weight_drop, seed=seed, **arguments)
    return RNN(made(units), **arguments)
