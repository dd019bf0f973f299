"""The RG-LRU cell."""

import keras

from toolkit.layers.recurrent.backpropagation.rg_lru import RGLRUEquations
from toolkit.layers.recurrent.cells.elementwise_cell import ElementwiseCell


@keras.saving.register_keras_serializable(package="toolkit")
class RGLRUCell(ElementwiseCell):
    """Real-gated linear recurrent unit, for `RNN(cell)`: a decay of its own for each unit, which a gate slows down.

        r = σ(W^r x + b^r)      i = σ(W^i x + b^i)
        a = σ(Λ)^(8 r)
        h = a ⊙ h + √(1 - a²) ⊙ (i ⊙ (W^x x + b^x))

    In the paper all see an input that a linear layer has made; here that layer is W^x, and the gates see what it sees.

    Gate order: r, i, x in `kernel` and `bias`; `recurrent_kernel` is Λ, which starts between 4.3 and 9, so that σ(Λ)^8 is between 0.9 and
    0.999. State: h.

    Args:
        units: Positive integer, the size of the state.
        **kwargs: As in `ElementwiseCell`.

    Call arguments:
        inputs: `[batch, features]`.
        states: `[h]`, each `[batch, units]`.

    Returns:
        `h`, `[batch, units]`, and the states.

    Raises:
        ValueError: An argument is out of range or of no use, or inputs or states have the wrong shape.

    Example:
        >>> RNN(RGLRUCell(4), return_sequences=True)(np.ones((2, 10, 8))).shape
        TensorShape([2, 10, 4])

    Source: De et al. 2024, "Griffin: mixing gated linear recurrences with local attention for efficient language models", section 2.4.
    """

    gates = ("r", "i", "x")
    recurrent_gates = ("a",)

    def recurrent_start(self) -> keras.initializers.Initializer:
        """Returns what Λ starts from."""
        return keras.initializers.RandomUniform(4.3, 9.0)

    @property
    def equations(self) -> RGLRUEquations:
        """The equations, forward and back."""
        return RGLRUEquations()
