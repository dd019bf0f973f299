"""The QRNN cell."""

import keras

from toolkit.arguments import check_choice
from toolkit.layers.recurrent.backpropagation.elementwise import HCState, HState
from toolkit.layers.recurrent.backpropagation.qrnn import POOLINGS, QRNNEquations
from toolkit.layers.recurrent.cells.elementwise_cell import ElementwiseCell


@keras.saving.register_keras_serializable(package="toolkit")
class QRNNCell(ElementwiseCell):
    """Quasi-recurrent network, for `RNN(cell)`: gates that see the inputs alone, and pooling over time.

        g = tanh(W^g x + b^g)      f = σ(W^f x + b^f)      o = σ(W^o x + b^o)      i = σ(W^i x + b^i)
        h = f ⊙ h + (1 - f) ⊙ g                        f-pooling
        c = f ⊙ c + (1 - f) ⊙ g      h = o ⊙ c         fo-pooling
        c = f ⊙ c + i ⊙ g            h = o ⊙ c         ifo-pooling

    The paper's convolution of a window of 2 reads the input before, too: put x_t and x_{t-1} side by side to have it.

    Gate order: g, f, o, i in `kernel` and `bias`. State: h, c; h with f-pooling.

    Args:
        units: Positive integer, the size of the state.
        pooling: `"f"`, `"fo"` or `"ifo"`.
        **kwargs: As in `ElementwiseCell`.

    Call arguments:
        inputs: `[batch, features]`.
        states: `[h, c]`, each `[batch, units]`.

    Returns:
        `h`, `[batch, units]`, and the states.

    Raises:
        ValueError: An argument is out of range or of no use, or inputs or states have the wrong shape.

    Example:
        >>> RNN(QRNNCell(4), return_sequences=True)(np.ones((2, 10, 8))).shape
        TensorShape([2, 10, 4])

    Source: Bradbury et al. 2017, "Quasi-recurrent neural networks", whose candidate z is g here.
    """

    State = HCState

    def __init__(self, units: int, *, pooling: str = "fo", **kwargs):
        check_choice("pooling", pooling, POOLINGS)
        self.gates = ("g", "f", "o", "i")[: 1 + len(pooling)]
        super().__init__(units, **kwargs)
        self.pooling = pooling
        if pooling == "f":
            self.State = HState

    @property
    def equations(self) -> QRNNEquations:
        """The equations, forward and back."""
        return QRNNEquations(self.pooling)

    def bias_starts(self) -> dict[str, float]:
        """Returns 1 for f: what is there at the start is kept."""
        return {"f": 1.0}

    def get_config(self):
        """Returns the constructor's arguments."""
        return {**super().get_config(), "pooling": self.pooling}
