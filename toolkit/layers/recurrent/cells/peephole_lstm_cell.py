"""The LSTM with peepholes."""

from typing import NamedTuple

import keras
from keras import ops

from toolkit.layers.recurrent.cells.memory_cell import LSTMState, MemoryCell


class GatedState(NamedTuple):
    """The output, the memory and the three gates of a step, each `[batch, units]`."""

    h: object
    c: object
    i: object
    f: object
    o: object


@keras.saving.register_keras_serializable(package="toolkit")
class PeepholeLSTMCell(MemoryCell):
    """An LSTM whose gates see the memory, for `RNN(cell)`: the "vanilla LSTM" of Greff et al.

        i = σ(W^i x + U^i h + p^i ⊙ c + b^i)    input gate
        f = σ(W^f x + U^f h + p^f ⊙ c + b^f)    forget gate
        g = tanh(W^g x + U^g h + b^g)           candidate
        c = f ⊙ c + i ⊙ g
        o = σ(W^o x + U^o h + p^o ⊙ c + b^o)    output gate, which sees the new c
        h = o ⊙ tanh(c)

    Gate order in `kernel`, `recurrent_kernel` and `bias`: i, f, g, o, as in Keras. The peepholes are `peephole_kernel`, `[3 * units]`, in
    the order i, f, o. They start at zero, so the cell starts as an LSTM without them. State: h, c.

    A subclass can leave out gates (they are open then, 1), leave out peepholes, or change the two squashing functions.

    Args:
        units: Positive integer, the size of `h` and of `c`.
        **kwargs: `forget_bias` (1.0), where the bias of the forget gate starts, and as in `RecurrentCell`.

    Call arguments:
        inputs: `[batch, features]`.
        states: `[h, c]`, each `[batch, units]`.

    Returns:
        `h` and `[h, c]`, each `[batch, units]`.

    Raises:
        ValueError: An argument is out of range, or inputs or states have the wrong shape.

    Example:
        >>> RNN(PeepholeLSTMCell(4))(np.ones((2, 10, 8))).shape
        TensorShape([2, 4])

    Source: Gers & Schmidhuber 2000, "Recurrent nets that time and count"; Greff et al. 2017, "LSTM: A search space odyssey", section II.
    """

    peephole_gates: tuple[str, ...] = ("i", "f", "o")

    def build(self, input_shape):
        """Makes the weights, the peepholes among them."""
        super().build(input_shape)
        self.peephole_kernel = None
        if self.peephole_gates:
            self.peephole_kernel = self.add_weight(
                shape=(len(self.peephole_gates) * self.units,), name="peephole_kernel", initializer="zeros"
            )

    def step(self, projected, state):
        """Returns the new `LSTMState`."""
        z = self.blocks(projected + ops.matmul(state.h, self.recurrent_kernel), self.gates)
        new = self.advance(z, state.c)
        return LSTMState(new.h, new.c)

    def opened(self, projected, state) -> dict:
        """Returns those of the input, forget and output gate that the cell has."""
        z = self.blocks(projected + ops.matmul(state.h, self.recurrent_kernel), self.gates)
        new = self.advance(z, state.c)
        return {name: getattr(new, name) for name in self.gates if name != "g"}

    def advance(self, z: dict, c) -> GatedState:
        """Returns the state and the gates of a step from what each gate receives, `z`, and the memory before it."""
        i = self.gate("i", z, c)
        f = self.forget_gate(z, c, i)
        g = self.squash_candidate(z["g"])
        c = f * c + i * g
        o = self.gate("o", z, c)
        return GatedState(o * self.squash_memory(c), c, i, f, o)

    def gate(self, name: str, z: dict, c):
        """Returns `σ(z + p ⊙ c)`, or 1 where the cell has no such gate."""
        if name not in z:
            return 1.0
        peepholes = self.blocks(self.peephole_kernel, self.peephole_gates)
        return self.recurrent_activation(z[name] + peepholes[name] * c if name in peepholes else z[name])

    def forget_gate(self, z: dict, c, i):
        """Returns the forget gate; `i` is there for a variant that couples the two."""
        return self.gate("f", z, c)

    def squash_candidate(self, g):
        """Returns `tanh(g)`."""
        return self.activation(g)

    def squash_memory(self, c):
        """Returns `tanh(c)`."""
        return self.activation(c)

    @staticmethod
    def blocks(tensor, names: tuple[str, ...]) -> dict:
        """Returns the equal parts of a tensor's last axis by name."""
        return dict(zip(names, ops.split(tensor, len(names), axis=-1), strict=True)) if names else {}
