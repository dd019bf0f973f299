"""The SRU cell."""

import keras
import tensorflow as tf

from toolkit.arguments import InvalidArgument
from toolkit.layers.recurrent.backpropagation.elementwise import HCState
from toolkit.layers.recurrent.backpropagation.sru import FirstSRUEquations, SRUEquations
from toolkit.layers.recurrent.cells.elementwise_cell import ElementwiseCell

VERSIONS = (2017, 2018)


@keras.saving.register_keras_serializable(package="toolkit")
class SRUCell(ElementwiseCell):
    """Simple recurrent unit, for `RNN(cell)`: gates that see their own unit's memory alone, and a highway for the input.

        f = σ(W^f x + v^f ⊙ c + b^f)      r = σ(W^r x + v^r ⊙ c + b^r)
        c = f ⊙ c + (1 - f) ⊙ (W^g x + b^g)
        h = r ⊙ c + (1 - r) ⊙ x

    Where x has another size than the state, W^x x takes its place in the last line. With `version=2017` the gates do not see c, and
    h = r ⊙ tanh(c) + (1 - r) ⊙ x.

    Gate order: g, f, r in `kernel` and `bias`, with x behind them in `kernel` where the sizes differ; f, r in `recurrent_kernel`, v. State:
    h, c.

    Args:
        units: Positive integer, the size of the state.
        version: 2018, or 2017 for the first one.
        **kwargs: As in `ElementwiseCell`.

    Call arguments:
        inputs: `[batch, features]`.
        states: `[h, c]`, each `[batch, units]`.

    Returns:
        `h`, `[batch, units]`, and the states.

    Raises:
        ValueError: An argument is out of range or of no use, or inputs or states have the wrong shape.

    Example:
        >>> RNN(SRUCell(4), return_sequences=True)(np.ones((2, 10, 8))).shape
        TensorShape([2, 10, 4])

    Source: Lei et al. 2018, "Simple recurrent units for highly parallelizable recurrence", equations 1 to 4.
    """

    State = HCState
    gates = ("g", "f", "r")

    def __init__(self, units: int, *, version: int = 2018, **kwargs):
        if version not in VERSIONS:
            raise InvalidArgument("version", " or ".join(map(str, VERSIONS)), version)
        self.version = version
        super().__init__(units, **kwargs)

    @property
    def recurrent_gates(self) -> tuple[str, ...]:
        """The gates that see c."""
        return ("f", "r") if self.version == 2018 else ()

    @property
    def input_gates(self) -> tuple[str, ...]:
        """The blocks of `kernel`: those of the gates, and that of the highway where it needs one."""
        return self.gates if self.features == self.units else (*self.gates, "x")

    @property
    def equations(self) -> SRUEquations | FirstSRUEquations:
        """The equations, forward and back."""
        return SRUEquations() if self.version == 2018 else FirstSRUEquations()

    def project(self, inputs):
        """Returns `W x + b`, with the highway's input behind it, `[..., 4 * units]`."""
        projected = super().project(inputs)
        return projected if self.features != self.units else tf.concat([projected, tf.cast(inputs, projected.dtype)], -1)

    def get_config(self):
        """Returns the constructor's arguments."""
        return {**super().get_config(), "version": self.version}
