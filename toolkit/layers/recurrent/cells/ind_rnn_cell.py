"""The IndRNN cell."""

import keras

from toolkit.layers.recurrent.backpropagation.ind_rnn import IndRNNEquations
from toolkit.layers.recurrent.cells.elementwise_cell import ElementwiseCell


@keras.saving.register_keras_serializable(package="toolkit")
class IndRNNCell(ElementwiseCell):
    """Independently recurrent network, for `RNN(cell)`: rectifiers that see themselves alone, one step before.

        h = max(0, W x + u ⊙ h + b)

    `recurrent_kernel` is u, which starts between 0 and 1, uniformly: some units forget at once, others hardly. A u above 1 explodes over
    long sequences; the paper keeps it below 2^(1 / steps) by a constraint. State: h.

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
        >>> RNN(IndRNNCell(4), return_sequences=True)(np.ones((2, 10, 8))).shape
        TensorShape([2, 10, 4])

    Source: Li et al. 2018, "Independently recurrent neural network (IndRNN): building a longer and deeper RNN".
    """

    gates = ("h",)
    recurrent_gates = ("h",)

    def recurrent_start(self) -> keras.initializers.Initializer:
        """Returns what u starts from."""
        return keras.initializers.RandomUniform(0.0, 1.0)

    @property
    def equations(self) -> IndRNNEquations:
        """The equations, forward and back."""
        return IndRNNEquations()
