"""What the cells of the LSTM family have in common."""

import math
from typing import NamedTuple

from toolkit.arguments import InvalidArgument
from toolkit.layers.recurrent.cells.recurrent_cell import RecurrentCell


class LSTMState(NamedTuple):
    """The output `h` and the memory `c`, each `[batch, units]`."""

    h: object
    c: object


class MemoryCell(RecurrentCell):
    """A cell that keeps a memory `c` beside its output `h`, with a forget gate `f` on it.

    Args:
        units: Positive integer, the size of `h` and of `c`.
        forget_bias: Where the bias of the forget gate starts. At 1 the cell begins by remembering.
        **kwargs: As in `RecurrentCell`.

    Raises:
        ValueError: `units` is not a positive integer, or `forget_bias` is not a finite number.

    Source: Gers, Schmidhuber & Cummins 2000 for the forget gate; Jozefowicz et al. 2015 for its bias of 1.
    """

    State = LSTMState
    gates = ("i", "f", "g", "o")

    def __init__(self, units: int, *, forget_bias: float = 1.0, **kwargs):
        if isinstance(forget_bias, bool) or not isinstance(forget_bias, (int, float)) or not math.isfinite(forget_bias):
            raise InvalidArgument("forget_bias", "a finite number", forget_bias)
        super().__init__(units, **kwargs)
        self.forget_bias = forget_bias

    def bias_starts(self) -> dict[str, float]:
        """Returns `forget_bias` for the forget gate."""
        return {"f": self.forget_bias}

    def get_config(self):
        """Returns the constructor's arguments."""
        return {**super().get_config(), "forget_bias": self.forget_bias}
