"""The minimal GRU cell."""

import keras

from toolkit.layers.recurrent.backpropagation.min_gru import MinGRUEquations
from toolkit.layers.recurrent.cells.minimal_cell import MinimalCell


@keras.saving.register_keras_serializable(package="toolkit")
class MinGRUCell(MinimalCell):
    """Minimal GRU, for `RNN(cell)`: a GRU whose gates and candidate see the inputs alone.

        z = σ(W^z x + b^z)      h̃ = φ(W^h x + b^h)
        h = (1 - z) ⊙ h + z ⊙ h̃

    φ is the identity, or with `positive=True` that of the paper's log-space form; see `MinimalCell`.

    Gate order: z, h in `kernel` and `bias`. State: h.

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
        >>> RNN(MinGRUCell(4), return_sequences=True)(np.ones((2, 10, 8))).shape
        TensorShape([2, 10, 4])

    Source: Feng et al. 2024, "Were RNNs all we needed?", sections 3.1 and B.
    """

    gates = ("z", "h")

    @property
    def equations(self) -> MinGRUEquations:
        """The equations, forward and back."""
        return MinGRUEquations(self.positive)
