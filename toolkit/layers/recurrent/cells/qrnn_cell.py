"""The QRNN cell."""

from typing import NamedTuple

import keras
import tensorflow as tf

from toolkit.arguments import check_choice, check_integer
from toolkit.layers.recurrent.backpropagation.elementwise import HCState, HState
from toolkit.layers.recurrent.backpropagation.qrnn import POOLINGS, QRNNEquations
from toolkit.layers.recurrent.cells.elementwise_cell import ElementwiseCell
from toolkit.layers.recurrent.linear_scan import linear_scan


class HXState(NamedTuple):
    """The output `h`, `[batch, units]`, which is the memory, too, and the input before, `x`, `[batch, features]`."""

    h: object
    x: object


class HCXState(NamedTuple):
    """The output `h` and the memory `c`, each `[batch, units]`, and the input before, `x`, `[batch, features]`."""

    h: object
    c: object
    x: object


@keras.saving.register_keras_serializable(package="toolkit")
class QRNNCell(ElementwiseCell):
    """Quasi-recurrent network, for `RNN(cell)`: gates that see the inputs alone, and pooling over time.

        g = tanh(W^g x + b^g)      f = σ(W^f x + b^f)      o = σ(W^o x + b^o)      i = σ(W^i x + b^i)
        h = f ⊙ h + (1 - f) ⊙ g                        f-pooling
        c = f ⊙ c + (1 - f) ⊙ g      h = o ⊙ c         fo-pooling
        c = f ⊙ c + i ⊙ g            h = o ⊙ c         ifo-pooling

    With a window of 2 the gates see the input before, too, zero before the first: x is [x_t; x_{t-1}], and the product is the paper's
    masked convolution of width 2. The input before is the last that was read: a masked step leaves it as it is.

    Gate order: g, f, o, i in `kernel` and `bias`. `kernel` is `[window * features, gates * units]`, its first half that of x_t. State: h,
    c; h with f-pooling; behind them x, the last input, with a window of 2. Zoneout holds back h and c alone.

    Args:
        units: Positive integer, the size of the state.
        pooling: `"f"`, `"fo"` or `"ifo"`.
        window: Number of inputs that the gates see, 1 or 2.
        **kwargs: As in `ElementwiseCell`.

    Call arguments:
        inputs: `[batch, features]`.
        states: `[h, c]`, each `[batch, units]`, or `[h, c, x]` with x `[batch, features]`.

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

    def __init__(self, units: int, *, pooling: str = "fo", window: int = 1, **kwargs):
        check_choice("pooling", pooling, POOLINGS)
        check_integer("window", window, 1, 2)
        self.gates = ("g", "f", "o", "i")[: 1 + len(pooling)]
        super().__init__(units, **kwargs)
        self.pooling = pooling
        self.window = window
        if pooling == "f":
            self.State = HState if window == 1 else HXState
        elif window == 2:
            self.State = HCXState

    @property
    def equations(self) -> QRNNEquations:
        """The equations, forward and back."""
        return QRNNEquations(self.pooling)

    @property
    def kernel_rows(self) -> int:
        """The number of rows of `kernel`, one for each feature of each input in the window."""
        return self.window * self.features

    @property
    def state_size(self) -> list[int | None]:
        """The size of each part of the state; that of x is `None` until the cell is built.

        Our `RNN` asks again then. Keras's own does not: in a functional model with `return_state=True` it takes a cell that is built.
        """
        return [self.features if part == "x" else self.units for part in self.State._fields]

    def get_initial_state(self, batch_size=None):
        """Returns zeros, a list as `states`."""
        if None in self.state_size:
            raise ValueError(
                "A part of the initial state of a QRNNCell with window=2 has the size of the inputs: build the cell first. "
                "Received: a cell that is not built"
            )
        return super().get_initial_state(batch_size)

    def seen(self, inputs, past, mask=None) -> tuple:
        """Returns each input with the one before it, `[batch, time, window * features]`, and the last; see `ElementwiseCell`."""
        if self.window == 1:
            return super().seen(inputs, past, mask)
        [x] = past
        read = inputs
        if mask is not None:
            read = linear_scan(tf.zeros_like(inputs), inputs, x, mask=mask)
            read.set_shape(inputs.shape)  # XLA's results have lost it
        read = tf.concat([tf.expand_dims(x, 1), read], 1)
        return tf.concat([inputs, read[:, :-1]], -1), [read[:, -1]]

    def bias_starts(self) -> dict[str, float]:
        """Returns 1 for f: what is there at the start is kept."""
        return {"f": 1.0}

    def get_config(self):
        """Returns the constructor's arguments."""
        return {**super().get_config(), "pooling": self.pooling, "window": self.window}
