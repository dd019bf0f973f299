"""The LSTM with one gate for input and forgetting."""

import keras
from keras import ops

from toolkit.layers.recurrent.cells.memory_cell import LSTMState, MemoryCell


@keras.saving.register_keras_serializable(package="toolkit")
class CoupledLSTMCell(MemoryCell):
    """An LSTM that writes exactly what it forgets, for `RNN(cell)`: i = 1 - f.

        f = σ(W^f x + U^f h + b^f)      forget gate
        g = tanh(W^g x + U^g h + b^g)   candidate
        o = σ(W^o x + U^o h + b^o)      output gate
        c = f ⊙ c + (1 - f) ⊙ g         h = o ⊙ tanh(c)

    The memory is a running mean of candidates, so it stays in [-1, 1], and a quarter of the LSTM's weights is saved. With peepholes, and
    with the gate named i, it is `CIFGCell`.

    Gate order in `kernel`, `recurrent_kernel` and `bias`: f, g, o. State: h, c.

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
        >>> RNN(CoupledLSTMCell(4))(np.ones((2, 10, 8))).shape
        TensorShape([2, 4])

    Source: Greff et al. 2017, "LSTM: A search space odyssey", CIFG; the coupling as in the GRU of Cho et al. 2014.
    """

    gates = ("f", "g", "o")

    def step(self, projected, state):
        """Returns the new `LSTMState`."""
        f, g, o = self._activated(projected, state)
        c = f * state.c + (1 - f) * g
        return LSTMState(o * self.activation(c), c)

    def opened(self, projected, state) -> dict:
        """Returns the forget and the output gate."""
        f, _, o = self._activated(projected, state)
        return {"f": f, "o": o}

    def _activated(self, projected, state):
        f, g, o = ops.split(projected + ops.matmul(state.h, self.recurrent_kernel), 3, axis=-1)
        return self.recurrent_activation(f), self.activation(g), self.recurrent_activation(o)
