"""LSTM and GRU whose input and state gate each other before anything else.

    x ← 2 σ(Q h) ⊙ x        rounds 1, 3, 5, ...
    h ← 2 σ(R x) ⊙ h        rounds 2, 4, ...

Each round has a matrix of its own. At a gate of one half, where σ begins, nothing changes.

Source: Melis, Kočiský & Blunsom 2020, "Mogrifier LSTM", section 2.1, equations 1 and 2.
"""

import keras
from keras import ops

from toolkit.arguments import check_integer, check_positive_integer
from toolkit.layers.recurrent.cells.memory_cell import LSTMState, MemoryCell
from toolkit.layers.recurrent.cells.recurrent_cell import OutputState, RecurrentCell


class MogrifierCell(RecurrentCell):
    """What both have in common. Nothing of a step depends on the input alone, so all products are in the loop.

    | weight | shape |
    |---|---|
    | `mogrifier_1`, `mogrifier_3`, ..., Q | `[units, features]` |
    | `mogrifier_2`, `mogrifier_4`, ..., R | `[features, units]` |

    With `rank` each is a product of two, `mogrifier_1_left` of so many columns and `mogrifier_1_right` of so many rows.

    Args:
        units: Positive integer, the size of each part of the state.
        rounds: How often input and state gate each other; 0 for never. The paper takes 5.
        rank: Rank of the matrices; `None` for whole ones.
        **kwargs: As in `RecurrentCell`.

    Raises:
        ValueError: An argument is out of range, or inputs or states have the wrong shape.
    """

    def __init__(self, units: int, *, rounds: int = 5, rank: int | None = None, **kwargs):
        check_integer("rounds", rounds, 0)
        if rank is not None:
            check_positive_integer("rank", rank)
        super().__init__(units, **kwargs)
        self.rounds = rounds
        self.rank = rank

    def build(self, input_shape):
        """Makes the weights for inputs of shape `(batch, features)`."""
        super().build(input_shape)
        shapes = [(self.units, self.features) if number % 2 else (self.features, self.units) for number in range(1, self.rounds + 1)]
        self.mogrifiers = [self._add_mogrifier(f"mogrifier_{number}", *shape) for number, shape in enumerate(shapes, start=1)]

    def _add_mogrifier(self, name: str, rows: int, columns: int) -> list:
        """Makes a matrix, in its factors."""
        parts = {name: (rows, columns)} if self.rank is None else {f"{name}_left": (rows, self.rank), f"{name}_right": (self.rank, columns)}
        options = {"initializer": self.kernel_initializer, "regularizer": self.kernel_regularizer, "constraint": self.kernel_constraint}
        return [self.add_weight(shape=shape, name=part, **options) for part, shape in parts.items()]

    def project(self, inputs):
        """Returns the inputs: without the state there is nothing to compute."""
        self.check_features(inputs, self.features)
        return inputs

    def mogrified(self, x, h):
        """Returns the input `[batch, features]` and the state `[batch, units]` after all rounds."""
        for number, factors in enumerate(self.mogrifiers, start=1):
            gate = h if number % 2 else x
            for factor in factors:
                gate = ops.matmul(gate, factor)
            gate = 2 * ops.sigmoid(gate)
            x, h = (gate * x, h) if number % 2 else (x, gate * h)
        return x, h

    def get_config(self):
        """Returns the constructor's arguments."""
        return {**super().get_config(), "rounds": self.rounds, "rank": self.rank}


@keras.saving.register_keras_serializable(package="toolkit")
class MogrifierLSTMCell(MogrifierCell, MemoryCell):
    """An LSTM whose input and output gate each other first, for `RNN(cell)`.

        x, h ← rounds of x ← 2 σ(Q h) ⊙ x and h ← 2 σ(R x) ⊙ h
        i = σ(W^i x + U^i h + b^i)      input gate
        f = σ(W^f x + U^f h + b^f)      forget gate
        g = tanh(W^g x + U^g h + b^g)   candidate
        o = σ(W^o x + U^o h + b^o)      output gate
        c = f ⊙ c + i ⊙ g               h = o ⊙ tanh(c)

    Gate order in `kernel`, `recurrent_kernel` and `bias`: i, f, g, o. State: h, c.

    Args:
        units: Positive integer, the size of `h` and of `c`.
        **kwargs: `rounds` (5), `rank` and `forget_bias` (1.0), and as in `RecurrentCell`.

    Call arguments:
        inputs: `[batch, features]`.
        states: `[h, c]`, each `[batch, units]`.

    Returns:
        `h` and `[h, c]`, each `[batch, units]`.

    Raises:
        ValueError: An argument is out of range, or inputs or states have the wrong shape.

    Example:
        >>> RNN(MogrifierLSTMCell(4))(np.ones((2, 10, 8))).shape
        TensorShape([2, 4])

    Source: Melis, Kočiský & Blunsom 2020, "Mogrifier LSTM".
    """

    def step(self, projected, state):
        """Returns the new `LSTMState`."""
        i, f, g, o = self._activated(projected, state)
        c = f * state.c + i * g
        return LSTMState(o * self.activation(c), c)

    def opened(self, projected, state) -> dict:
        """Returns the input, the forget and the output gate."""
        i, f, _, o = self._activated(projected, state)
        return {"i": i, "f": f, "o": o}

    def _activated(self, x, state):
        x, h = self.mogrified(x, state.h)
        i, f, g, o = ops.split(self.add_bias(ops.matmul(x, self.kernel) + ops.matmul(h, self.recurrent_kernel)), 4, axis=-1)
        return self.recurrent_activation(i), self.recurrent_activation(f), self.activation(g), self.recurrent_activation(o)


@keras.saving.register_keras_serializable(package="toolkit")
class MogrifierGRUCell(MogrifierCell):
    """A GRU whose input and state gate each other first, for `RNN(cell)`.

        x, h' = rounds of x ← 2 σ(Q h') ⊙ x and h' ← 2 σ(R x) ⊙ h', from h' = h
        z = σ(W^z x + U^z h' + b^z)                 update gate
        r = σ(W^r x + U^r h' + b^r)                 reset gate
        g = tanh(W^g x + U^g (r ⊙ h') + b^g)        candidate
        h = z ⊙ h + (1 - z) ⊙ g

    What is kept is the state itself: a gate on it would forget.

    Gate order in `kernel`, `recurrent_kernel` and `bias`: z, r, g. State: h.

    Args:
        units: Positive integer, the size of `h`.
        **kwargs: `rounds` (5) and `rank`, and as in `RecurrentCell`.

    Call arguments:
        inputs: `[batch, features]`.
        states: `[h]`, `[batch, units]`.

    Returns:
        `h` and `[h]`, `[batch, units]`.

    Raises:
        ValueError: An argument is out of range, or inputs or states have the wrong shape.

    Example:
        >>> RNN(MogrifierGRUCell(4))(np.ones((2, 10, 8))).shape
        TensorShape([2, 4])

    Source: Melis, Kočiský & Blunsom 2020, "Mogrifier LSTM", for the rounds; Cho et al. 2014 for the GRU.
    """

    gates = ("z", "r", "g")

    def step(self, projected, state):
        """Returns the new `OutputState`."""
        x, h = self.mogrified(projected, state.h)
        z, r, of_g = self._gates(x, h)
        g = self.activation(of_g + ops.matmul(r * h, ops.split(self.recurrent_kernel, 3, axis=-1)[2]))
        return OutputState(z * state.h + (1 - z) * g)

    def opened(self, projected, state) -> dict:
        """Returns the update and the reset gate."""
        z, r, _ = self._gates(*self.mogrified(projected, state.h))
        return {"z": z, "r": r}

    def keeps(self, gates: dict):
        """Returns `z`."""
        return gates["z"]

    def _gates(self, x, h):
        """Returns the gates, and what the input adds to the candidate."""
        of_z, of_r, of_g = ops.split(self.add_bias(ops.matmul(x, self.kernel)), 3, axis=-1)
        u_z, u_r, _ = ops.split(self.recurrent_kernel, 3, axis=-1)
        return self.recurrent_activation(of_z + ops.matmul(h, u_z)), self.recurrent_activation(of_r + ops.matmul(h, u_r)), of_g
