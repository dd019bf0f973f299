"""The minimal LSTM cell."""

import keras

from toolkit.layers.recurrent.backpropagation.min_lstm import MinLSTMEquations
from toolkit.layers.recurrent.cells.minimal_cell import MinimalCell


@keras.saving.register_keras_serializable(package="toolkit")
class MinLSTMCell(MinimalCell):
    """Minimal LSTM, for `RNN(cell)`: an LSTM whose gates and candidate see the inputs alone.

        f = σ(W^f x + b^f)      i = σ(W^i x + b^i)      h̃ = φ(W^h x + b^h)
        h = f / (f + i) ⊙ h + i / (f + i) ⊙ h̃

    φ is the identity, or with `positive=True` that of the paper's log-space form; see `MinimalCell`.

    Gate order: f, i, h in `kernel` and `bias`. State: h.

    Args:
        units: Positive integer, the size of the state.
        positive: Whether candidates, and with them the states, are positive.
        **kwargs: As in `ElementwiseCell`.

    Call arguments:
        inputs: `[batch, features]`.
        states: `[h]`, each `[batch, units]`.

    Returns:
        `h`, `[batch, units]`, and the states.

    Raises:
        ValueError: An argument is out of range or of no use, or inputs or states have the wrong shape.

    Example:
        >>> RNN(MinLSTMCell(4), return_sequences=True)(np.ones((2, 10, 8))).shape
        TensorShape([2, 10, 4])

    Source: Feng et al. 2024, "Were RNNs all we needed?", sections 3.2 and B.
    """

    gates = ("f", "i", "h")

    @property
    def equations(self) -> MinLSTMEquations:
        """The equations, forward and back."""
        return MinLSTMEquations(self.positive)
