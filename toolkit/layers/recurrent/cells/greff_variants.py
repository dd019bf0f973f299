"""The eight variants of Greff et al.: the LSTM with peepholes, and one thing changed.

All take the arguments of `PeepholeLSTMCell` and keep the state h, c, if not said otherwise.

Source: Greff, Srivastava, Koutník, Steunebrink & Schmidhuber 2017, "LSTM: A search space odyssey", section III.
"""

import keras
from keras import ops

from toolkit.layers.recurrent.cells.peephole_lstm_cell import GatedState, PeepholeLSTMCell


@keras.saving.register_keras_serializable(package="toolkit")
class NIGCell(PeepholeLSTMCell):
    """No input gate: i = 1.

    Gate order f, g, o; peepholes f, o. Otherwise as `PeepholeLSTMCell`.
    """

    gates = ("f", "g", "o")
    peephole_gates = ("f", "o")


@keras.saving.register_keras_serializable(package="toolkit")
class NFGCell(PeepholeLSTMCell):
    """No forget gate: f = 1, as in the LSTM of Hochreiter & Schmidhuber 1997. `forget_bias` has no gate to act on.

    Gate order i, g, o; peepholes i, o. Otherwise as `PeepholeLSTMCell`.
    """

    gates = ("i", "g", "o")
    peephole_gates = ("i", "o")

    def keeps(self, gates: dict):
        """Returns 1: nothing is forgotten."""
        return ops.ones_like(gates["i"])


@keras.saving.register_keras_serializable(package="toolkit")
class NOGCell(PeepholeLSTMCell):
    """No output gate: o = 1.

    Gate order i, f, g; peepholes i, f. Otherwise as `PeepholeLSTMCell`.
    """

    gates = ("i", "f", "g")
    peephole_gates = ("i", "f")


@keras.saving.register_keras_serializable(package="toolkit")
class NIAFCell(PeepholeLSTMCell):
    """No input activation function: g = W^g x + U^g h + b^g. Otherwise as `PeepholeLSTMCell`."""

    def squash_candidate(self, g):
        """Returns `g` as it is."""
        return g


@keras.saving.register_keras_serializable(package="toolkit")
class NOAFCell(PeepholeLSTMCell):
    """No output activation function: h = o ⊙ c. Otherwise as `PeepholeLSTMCell`."""

    def squash_memory(self, c):
        """Returns `c` as it is."""
        return c


@keras.saving.register_keras_serializable(package="toolkit")
class CIFGCell(PeepholeLSTMCell):
    """Coupled input and forget gate: f = 1 - i.

    Gate order i, g, o; peepholes i, o. The input gate's bias starts at `-forget_bias`, which is where f starts as it does in the others,
    since 1 - σ(-b) = σ(b). Otherwise as `PeepholeLSTMCell`. `CoupledLSTMCell` is the same without peepholes.
    """

    gates = ("i", "g", "o")
    peephole_gates = ("i", "o")

    def bias_starts(self) -> dict[str, float]:
        """Returns `-forget_bias` for the input gate."""
        return {"i": -self.forget_bias}

    def forget_gate(self, z, c, i):
        """Returns `1 - i`."""
        return 1 - i

    def keeps(self, gates: dict):
        """Returns `1 - i`."""
        return 1 - gates["i"]


@keras.saving.register_keras_serializable(package="toolkit")
class NPCell(PeepholeLSTMCell):
    """No peepholes: `keras.layers.LSTMCell`, weight for weight. Otherwise as `PeepholeLSTMCell`."""

    peephole_gates = ()


@keras.saving.register_keras_serializable(package="toolkit")
class FGRCell(PeepholeLSTMCell):
    """Full gate recurrence: the three gates of the step before feed the three gates.

        i = σ(W^i x + U^i h + R^ii i + R^fi f + R^oi o + p^i ⊙ c + b^i)     likewise f and o

    On the right, i, f and o are those of the step before. The nine R are one `gate_kernel`, `[3 * units, 3 * units]`, rows and columns in
    the order i, f, o. State: h, c, i, f, o, each `[batch, units]`, zeros at first. Otherwise as `PeepholeLSTMCell`.
    """

    State = GatedState

    def build(self, input_shape):
        """Makes the weights, `gate_kernel` among them."""
        super().build(input_shape)
        self.gate_kernel = self.add_recurrent_kernel("gate_kernel", 3 * self.units, 3 * self.units)

    def step(self, projected, state):
        """Returns the new `GatedState`."""
        h, c, i, f, o = state
        z = self.blocks(projected + ops.matmul(h, self.recurrent_kernel), self.gates)
        fed_back = self.blocks(ops.matmul(ops.concatenate([i, f, o], axis=-1), self.gate_kernel), ("i", "f", "o"))
        return self.advance({name: z[name] + fed_back.get(name, 0) for name in z}, c)

    def opened(self, projected, state) -> dict:
        """Returns the input, forget and output gate."""
        new = self.step(projected, state)
        return {"i": new.i, "f": new.f, "o": new.o}
