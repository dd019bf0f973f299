"""The rows of `benchmarks.recurrent_layers`: what each computes, on which numbers."""

import dataclasses
import math
from typing import Any, NamedTuple

import numpy as np

GATES = {"lstm": 4, "bidirectional": 4, "gru": 3, "decoder": 4}


@dataclasses.dataclass(frozen=True, kw_only=True)
class Row:
    """One setting.

    Attributes:
        name: Its letter.
        kind: `"lstm"` (the last output), `"gru"` (all outputs), `"bidirectional"` (two layers of LSTM, all outputs of the first and the
            last of the second), `"decoder"` (LSTM with attention and input feeding, all outputs), or the name of a cell without a matrix
            product in its loop (all outputs).
        batch: Sequences in a batch.
        steps: Steps in a sequence.
        features: Size of an input.
        units: Size of the state, for each direction.
        options: Arguments of the cell, in pairs, where `kind` is its name.
        shortest: Lengths are uniform from here to `steps`, padded to the longest drawn, under a mask; `None` for no mask.
        positions: Positions that the decoder attends to, each of size `units`.
        training: Whether training steps are measured too.
    """

    name: str
    kind: str
    batch: int
    steps: int
    features: int
    units: int
    options: tuple[tuple[str, Any], ...] = ()
    shortest: int | None = None
    positions: int = 0
    training: bool = True

    @property
    def what(self) -> str:
        """The setting in words."""
        layer = {
            "lstm": "LSTM",
            "gru": "GRU, all outputs",
            "bidirectional": "two-layer masked BiLSTM",
            "decoder": f"LSTM decoder with attention over {self.positions} positions",
        }.get(self.kind, f"{self.kind}, all outputs")
        steps = f"{self.steps} steps" if self.shortest is None else f"{self.shortest}-{self.steps} steps"
        return f"({self.name}) {layer}, batch {self.batch}, {steps}, {self.features} → {self.units}" + (
            "" if self.training else ", forward only"
        )


ROWS = {
    row.name: row
    for row in (
        Row(name="a", kind="lstm", batch=64, steps=64, features=128, units=256),
        Row(name="b", kind="bidirectional", batch=32, steps=200, shortest=20, features=128, units=128),
        Row(name="c", kind="gru", batch=64, steps=128, features=256, units=512),
        Row(name="d", kind="decoder", batch=64, steps=40, features=256, units=256, positions=40),
        Row(name="e", kind="lstm", batch=1, steps=64, features=128, units=256, training=False),
    )
}


class Problem(NamedTuple):
    """The numbers of a row, the same for every contender.

    Attributes:
        inputs: The sequences, `[batch, time, features]`; for a decoder also the positions, `[batch, positions, units]`.
        mask: Boolean `[batch, time]`, `True` where there is a token; `None` for no mask.
        weights: Of each layer, what `set_weights` of the Keras layer takes; nothing for a cell that only we have, whose layer keeps the
            weights that it starts with.
    """

    inputs: list[np.ndarray]
    mask: np.ndarray | None
    weights: list[list[np.ndarray]]


def make_problem(row: Row, seed: int = 0) -> Problem:
    """Draws the numbers of a row.

    The weights have the size of Keras's start and the forget gate its bias of 1, so that neither states nor gradients vanish or explode.
    """
    random = np.random.default_rng(seed)
    time, mask = row.steps, None
    if row.shortest is not None:
        lengths = random.integers(row.shortest, row.steps, size=row.batch, endpoint=True)
        time = int(lengths.max())
        mask = np.arange(time) < lengths[:, np.newaxis]
    inputs = [random.normal(size=(row.batch, time, row.features)).astype("float32")]
    if row.positions:
        # Of the size of an encoder's outputs, so that attention is neither spread evenly nor on one position alone.
        inputs.append(random.normal(scale=0.25, size=(row.batch, row.positions, row.units)).astype("float32"))
    return Problem(inputs, mask, _weights(row, random))


def _weights(row: Row, random: np.random.Generator) -> list[list[np.ndarray]]:
    features, units = row.features, row.units
    if row.kind == "bidirectional":
        sizes = (features, features), (2 * units, 2 * units)
        return [[array for size in layer for array in recurrent_weights("lstm", size, units, random)] for layer in sizes]
    if row.kind == "decoder":
        return [[*recurrent_weights("lstm", features + units, units, random), matrix(2 * units, units, random)]]
    return [recurrent_weights(row.kind, features, units, random)] if row.kind in GATES else []


def recurrent_weights(kind: str, features: int, units: int, random: np.random.Generator) -> list[np.ndarray]:
    """Returns kernel, recurrent kernel and bias as Keras holds them; the GRU's bias has two rows (`reset_after`)."""
    gates = GATES[kind]
    kernels = [np.concatenate([matrix(size, units, random) for _ in range(gates)], axis=1) for size in (features, units)]
    bias = 0.1 * random.normal(size=(2, gates * units) if kind == "gru" else gates * units)
    if kind == "lstm":
        bias[units : 2 * units] += 1
    return [*kernels, bias.astype("float32")]


def matrix(rows: int, columns: int, random: np.random.Generator) -> np.ndarray:
    """Draws a matrix as Glorot & Bengio 2010 do."""
    limit = math.sqrt(6 / (rows + columns))
    return random.uniform(-limit, limit, size=(rows, columns)).astype("float32")
