"""The LSTM with layer normalisation."""

import keras
from keras import ops

from toolkit.arguments import check_positive
from toolkit.layers.precision import at_least_single
from toolkit.layers.recurrent.cells.memory_cell import LSTMState, MemoryCell


@keras.saving.register_keras_serializable(package="toolkit")
class LayerNormLSTMCell(MemoryCell):
    """An LSTM that normalises what its gates receive and what it reads out, for `RNN(cell)`.

        (i, f, g, o) = N(W x) ⊙ α^x + N(U h) ⊙ α^h + b
        i = σ(i)    f = σ(f)    g = tanh(g)    o = σ(o)
        c = f ⊙ c + i ⊙ g
        h = o ⊙ tanh(N(c) ⊙ α^c + β^c)

        N(a) = (a - mean(a)) / √(var(a) + epsilon), over the last axis: all four gates of a row together

    The gains α are `kernel_gain` and `recurrent_gain`, `[4 * units]`, and `cell_gain`, `[units]`; they start at one. The biases are `bias`,
    `[4 * units]`, and `cell_bias`, `[units]`. The paper writes a bias for each of the two projections and one for their sum; they are only
    ever added to one another, so here the three are one.

    Gate order in `kernel`, `recurrent_kernel`, `bias` and the gains: i, f, g, o. State: h, c, where c is not normalised.

    Args:
        units: Positive integer, the size of `h` and of `c`.
        epsilon: Positive number added to the variance.
        **kwargs: `forget_bias` (1.0), where the bias of the forget gate starts, and as in `RecurrentCell`. Without `use_bias` there is no
            `cell_bias` either.

    Call arguments:
        inputs: `[batch, features]`.
        states: `[h, c]`, each `[batch, units]`.

    Returns:
        `h` and `[h, c]`, each `[batch, units]`.

    Raises:
        ValueError: An argument is out of range, or inputs or states have the wrong shape.

    Example:
        >>> RNN(LayerNormLSTMCell(4))(np.ones((2, 10, 8))).shape
        TensorShape([2, 4])

    Source: Ba, Kiros & Hinton 2016, "Layer normalization", equations 20-22.
    """

    def __init__(self, units: int, *, epsilon: float = 1e-5, **kwargs):
        check_positive("epsilon", epsilon)
        super().__init__(units, **kwargs)
        self.epsilon = epsilon

    def build(self, input_shape):
        """Makes the weights, gains and biases among them."""
        super().build(input_shape)
        self.kernel_gain = self.add_weight(shape=(4 * self.units,), name="kernel_gain", initializer="ones")
        self.recurrent_gain = self.add_weight(shape=(4 * self.units,), name="recurrent_gain", initializer="ones")
        self.cell_gain = self.add_weight(shape=(self.units,), name="cell_gain", initializer="ones")
        self.cell_bias = self.add_weight(shape=(self.units,), name="cell_bias", initializer="zeros") if self.use_bias else None

    def project(self, inputs):
        """Returns `N(W x) ⊙ α^x + b`, `[..., 4 * units]`."""
        return self.add_bias(self._normalize(self.multiply(inputs)) * self.kernel_gain)

    def step(self, projected, state):
        """Returns the new `LSTMState`."""
        i, f, g, o = self._activated(projected, state)
        c = f * state.c + i * g
        readout = self._normalize(c) * self.cell_gain
        if self.use_bias:
            readout = readout + self.cell_bias
        return LSTMState(o * self.activation(readout), c)

    def opened(self, projected, state) -> dict:
        """Returns the input, forget and output gate."""
        i, f, _, o = self._activated(projected, state)
        return {"i": i, "f": f, "o": o}

    def _activated(self, projected, state):
        recurrent = self._normalize(ops.matmul(state.h, self.recurrent_kernel)) * self.recurrent_gain
        i, f, g, o = ops.split(projected + recurrent, 4, axis=-1)
        return self.recurrent_activation(i), self.recurrent_activation(f), self.activation(g), self.recurrent_activation(o)

    def _normalize(self, a):
        # Half precision has too few digits for a variance.
        whole = ops.cast(a, at_least_single(a.dtype))
        mean, variance = ops.moments(whole, axes=-1, keepdims=True)
        return ops.cast((whole - mean) * ops.rsqrt(variance + self.epsilon), a.dtype)

    def get_config(self):
        """Returns the constructor's arguments."""
        return {**super().get_config(), "epsilon": self.epsilon}
