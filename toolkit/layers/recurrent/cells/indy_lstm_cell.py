"""The IndyLSTM cell."""

import keras

from toolkit.layers.recurrent.backpropagation.elementwise import HCState
from toolkit.layers.recurrent.backpropagation.indy_lstm import IndyLSTMEquations
from toolkit.layers.recurrent.cells.elementwise_cell import ElementwiseCell


@keras.saving.register_keras_serializable(package="toolkit")
class IndyLSTMCell(ElementwiseCell):
    """An LSTM whose recurrent kernels are diagonal, for `RNN(cell)`.

        i = σ(W^i x + u^i ⊙ h + b^i)      f = σ(W^f x + u^f ⊙ h + b^f)      o = σ(W^o x + u^o ⊙ h + b^o)
        g = tanh(W^g x + u^g ⊙ h + b^g)
        c = f ⊙ c + i ⊙ g                 h = o ⊙ tanh(c)

    Gate order: i, f, g, o in `kernel`, `recurrent_kernel` (u) and `bias`; the forget gate's bias starts at 1. State: h, c.

    Args:
        units: Positive integer, the size of the state.
        **kwargs: As in `ElementwiseCell`.

    Call arguments:
        inputs: `[batch, features]`.
        states: `[h, c]`, each `[batch, units]`.

    Returns:
        `h`, `[batch, units]`, and the states.

    Raises:
        ValueError: An argument is out of range or of no use, or inputs or states have the wrong shape.

    Example:
        >>> RNN(IndyLSTMCell(4), return_sequences=True)(np.ones((2, 10, 8))).shape
        TensorShape([2, 10, 4])

    Source: Gonnet & Deselaers 2019, "IndyLSTMs: independently recurrent LSTMs".
    """

    State = HCState
    gates = ("i", "f", "g", "o")
    recurrent_gates = ("i", "f", "g", "o")

    @property
    def equations(self) -> IndyLSTMEquations:
        """The equations, forward and back."""
        return IndyLSTMEquations()

    def bias_starts(self) -> dict[str, float]:
        """Returns 1 for the forget gate."""
        return {"f": 1.0}
