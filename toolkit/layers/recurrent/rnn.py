"""One time loop over any cell."""

import keras

from toolkit.layers.recurrent.recurrent_layer import RecurrentLayer


@keras.saving.register_keras_serializable(package="toolkit")
class RNN(RecurrentLayer, keras.layers.RNN):
    """Runs any cell over time, a drop-in namesake of `keras.layers.RNN`.

        y_t, s_t = cell(x_t, s_{t-1})

    A cell with written equations (Keras's `LSTMCell`, `GRUCell`, `SimpleRNNCell`) trains as fast as the layer of its name. Any other trains
    by automatic differentiation of the loop, which XLA compiles: its `call` must be made of tensor operations that XLA knows.

    Args:
        cell: A cell of Keras's contract (`state_size`, `call(inputs, states) -> output, states`), or a list of cells to stack in one step.
        weight_drop: Share of the recurrent kernel's entries that a batch does without, in training; for cells with written equations.
        zoneout: Share of each part of the state that keeps its value from the step before; the first part must be the output.
        learned_initial_state: Whether the initial state, when none is given, is a weight instead of zero.
        **kwargs: As in `keras.layers.RNN`.

    Call arguments:
        sequences: `[batch, time, features]`.
        initial_state: As the cell's states; zeros by default.
        mask: Boolean `[batch, time]`, `False` where the state is carried over. Any pattern of holes is right.
        training: Passed to the cell.

    Returns:
        The last output, or all with `return_sequences=True`; with `return_state=True` a tuple of that and the states.

    Raises:
        ValueError: An argument is out of range, or the shape of the inputs or of the initial state is wrong.

    Example:
        >>> RNN(keras.layers.LSTMCell(4))(np.ones((2, 10, 8))).shape
        TensorShape([2, 4])
    """
