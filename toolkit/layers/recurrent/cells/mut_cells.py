"""The three cells that Jozefowicz et al. found by mutation.

Gate order in `bias`: z (update), r (reset), h (candidate). State: h. The last lines of the three are the same:

    h = h̃ ⊙ z + h ⊙ (1 - z)

Source: Jozefowicz, Zaremba & Sutskever 2015, "An empirical exploration of recurrent network architectures", section 4, MUT1-MUT3.
"""

import keras
from keras import ops

from toolkit.layers.recurrent.cells.recurrent_cell import OutputState, RecurrentCell


class MutatedCell(RecurrentCell):
    """What MUT1, MUT2 and MUT3 have in common. Arguments as in `RecurrentCell`."""

    gates = ("z", "r", "h")

    def update(self, z, candidate, h) -> OutputState:
        """Returns `h̃ ⊙ z + h ⊙ (1 - z)`."""
        return OutputState(candidate * z + h * (1 - z))

    def keeps(self, gates: dict):
        """Returns `1 - z`."""
        return 1 - gates["z"]

    def step(self, projected, state):
        """Returns the new `OutputState`."""
        z, r = self.opened(projected, state).values()
        x, u_h = ops.split(projected, 3, axis=-1)[2], ops.split(self.recurrent_kernel, len(self.recurrent_gates), axis=-1)[-1]
        return self.update(z, self.activation(ops.matmul(r * state.h, u_h) + x), state.h)


class BareInputCell(MutatedCell):
    """What MUT1 and MUT2 have in common: the paper feeds one gate with the input itself, not with a projection of it.

    The input must have as many features as the cell has units then. With `project_inputs=True` that gate has a kernel as the others have,
    and the input any number of features.

    Args:
        units: Positive integer, the size of the state.
        project_inputs: `False` for the letter of the paper.
        **kwargs: As in `RecurrentCell`.

    Raises:
        ValueError: An argument is out of range, inputs or states have the wrong shape, or `project_inputs` is `False` and the input does
            not have `units` features.
    """

    bare_gate: str

    def __init__(self, units: int, *, project_inputs: bool = True, **kwargs):
        super().__init__(units, **kwargs)
        self.project_inputs = project_inputs

    @property
    def input_gates(self) -> tuple[str, ...]:
        """The gates that have a block in `kernel`, in order."""
        return self.gates if self.project_inputs else tuple(gate for gate in self.gates if gate != self.bare_gate)

    def check_input_shape(self, input_shape):
        """Raises a `ValueError` if no weights can be made for this shape."""
        super().check_input_shape(input_shape)
        if not self.project_inputs and input_shape[-1] != self.units:
            raise ValueError(
                f"With `project_inputs=False` the input must have as many features as the cell has units, {self.units}. "
                f"Received: input_shape={input_shape}"
            )

    def multiply(self, inputs):
        """Returns `W x` with a block for each gate; the bare gate's is x itself without `project_inputs`."""
        product = super().multiply(inputs)
        if self.project_inputs:
            return product
        blocks = dict(zip(self.input_gates, ops.split(product, len(self.input_gates), axis=-1), strict=True))
        return ops.concatenate([blocks.get(gate, inputs) for gate in self.gates], axis=-1)

    def get_config(self):
        """Returns the constructor's arguments."""
        return {**super().get_config(), "project_inputs": self.project_inputs}


@keras.saving.register_keras_serializable(package="toolkit")
class MUT1Cell(BareInputCell):
    """MUT1, for `RNN(cell)`: an update gate that sees the input alone.

        z = σ(W^z x + b^z)
        r = σ(W^r x + U^r h + b^r)
        h = tanh(U^h (r ⊙ h) + tanh(W^h x) + b^h) ⊙ z + h ⊙ (1 - z)

    The paper has tanh(x) for tanh(W^h x), which needs an input of `units` features: `project_inputs=False`.

    Gate order: z, r, h in `kernel` (z, r without `project_inputs`) and `bias`; r, h in `recurrent_kernel`. State: h.

    Args:
        units: Positive integer, the size of the state.
        **kwargs: `project_inputs` (`True`), and as in `RecurrentCell`.

    Call arguments:
        inputs: `[batch, features]`.
        states: `[h]`, `[batch, units]`.

    Returns:
        `h` and `[h]`, `[batch, units]`.

    Raises:
        ValueError: An argument is out of range, or inputs or states have the wrong shape.

    Example:
        >>> RNN(MUT1Cell(4))(np.ones((2, 10, 8))).shape
        TensorShape([2, 4])

    Source: Jozefowicz et al. 2015, "An empirical exploration of recurrent network architectures", MUT1.
    """

    bare_gate = "h"
    recurrent_gates = ("r", "h")

    def project(self, inputs):
        """Returns `W^z x + b^z`, `W^r x + b^r` and `tanh(W^h x) + b^h` side by side."""
        z, r, x = ops.split(self.multiply(inputs), 3, axis=-1)
        return self.add_bias(ops.concatenate([z, r, self.activation(x)], axis=-1))

    def opened(self, projected, state) -> dict:
        """Returns the update and the reset gate."""
        u_r, _ = ops.split(self.recurrent_kernel, 2, axis=-1)
        z, r, _ = ops.split(projected, 3, axis=-1)
        return {"z": self.recurrent_activation(z), "r": self.recurrent_activation(r + ops.matmul(state.h, u_r))}


@keras.saving.register_keras_serializable(package="toolkit")
class MUT2Cell(BareInputCell):
    """MUT2, for `RNN(cell)`: a reset gate that sees the input itself.

        z = σ(W^z x + U^z h + b^z)
        r = σ(W^r x + U^r h + b^r)
        h = tanh(U^h (r ⊙ h) + W^h x + b^h) ⊙ z + h ⊙ (1 - z)

    The paper has x for W^r x, which needs an input of `units` features: `project_inputs=False`. With the projection these are the equations
    of the GRU of Cho et al. 2014, with z and 1 - z in each other's place.

    Gate order: z, r, h in `kernel` (z, h without `project_inputs`), `recurrent_kernel` and `bias`. State: h.

    Args:
        units: Positive integer, the size of the state.
        **kwargs: `project_inputs` (`True`), and as in `RecurrentCell`.

    Call arguments:
        inputs: `[batch, features]`.
        states: `[h]`, `[batch, units]`.

    Returns:
        `h` and `[h]`, `[batch, units]`.

    Raises:
        ValueError: An argument is out of range, or inputs or states have the wrong shape.

    Example:
        >>> RNN(MUT2Cell(8, project_inputs=False))(np.ones((2, 10, 8))).shape
        TensorShape([2, 8])

    Source: Jozefowicz et al. 2015, "An empirical exploration of recurrent network architectures", MUT2.
    """

    bare_gate = "r"

    def opened(self, projected, state) -> dict:
        """Returns the update and the reset gate."""
        u_z, u_r, _ = ops.split(self.recurrent_kernel, 3, axis=-1)
        z, r, _ = ops.split(projected, 3, axis=-1)
        z = self.recurrent_activation(z + ops.matmul(state.h, u_z))
        return {"z": z, "r": self.recurrent_activation(r + ops.matmul(state.h, u_r))}


@keras.saving.register_keras_serializable(package="toolkit")
class MUT3Cell(MutatedCell):
    """MUT3, for `RNN(cell)`: an update gate that sees the squashed state.

        z = σ(W^z x + U^z tanh(h) + b^z)
        r = σ(W^r x + U^r h + b^r)
        h = tanh(U^h (r ⊙ h) + W^h x + b^h) ⊙ z + h ⊙ (1 - z)

    Gate order: z, r, h in `kernel`, `recurrent_kernel` and `bias`. State: h.

    Args:
        units: Positive integer, the size of the state.
        **kwargs: As in `RecurrentCell`.

    Call arguments:
        inputs: `[batch, features]`.
        states: `[h]`, `[batch, units]`.

    Returns:
        `h` and `[h]`, `[batch, units]`.

    Raises:
        ValueError: An argument is out of range, or inputs or states have the wrong shape.

    Example:
        >>> RNN(MUT3Cell(4))(np.ones((2, 10, 8))).shape
        TensorShape([2, 4])

    Source: Jozefowicz et al. 2015, "An empirical exploration of recurrent network architectures", MUT3.
    """

    def opened(self, projected, state) -> dict:
        """Returns the update and the reset gate."""
        u_z, u_r, _ = ops.split(self.recurrent_kernel, 3, axis=-1)
        z, r, _ = ops.split(projected, 3, axis=-1)
        z = self.recurrent_activation(z + ops.matmul(self.activation(state.h), u_z))
        return {"z": z, "r": self.recurrent_activation(r + ops.matmul(state.h, u_r))}
