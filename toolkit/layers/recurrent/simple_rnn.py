"""The simple recurrent layer."""

import keras

from toolkit.layers.recurrent.recurrent_layer import RecurrentLayer


@keras.saving.register_keras_serializable(package="toolkit")
class SimpleRNN(RecurrentLayer, keras.layers.SimpleRNN):
    """The simple (vanilla, Elman) recurrent network, a drop-in namesake of `keras.layers.SimpleRNN` that trains faster.

        h = φ(W x + U h + b)

    It takes the arguments of its namesake and holds the same weights in the same shapes, so `layer.set_weights(keras_layer.get_weights())`
    works. U starts orthogonal. With `activation="relu"` and `recurrent_initializer="identity"` it is the `IRNN`.

    Args:
        units: Positive integer, the size of the state.
        weight_drop: Share of the recurrent kernel's entries that a batch does without, in training.
        zoneout: Share of the state that keeps its value from the step before.
        learned_initial_state: Whether the initial state, when none is given, is a weight instead of zero.
        **kwargs: As in `keras.layers.SimpleRNN`. `dropout` and `recurrent_dropout` draw one mask per sequence, the same for all
            steps; outside of [0, 1) they are rejected, not clamped. The gradient is
            written out for `activation` `"tanh"` and `"relu"`, else automatic.

    Call arguments:
        sequences: `[batch, time, features]`.
        initial_state: `h`, `[batch, units]`; zeros by default.
        mask: Boolean `[batch, time]`, `False` where the state is carried over. Any pattern of holes is right.
        training: Whether the regularization is on.

    Returns:
        `[batch, units]`, or `[batch, time, units]` with `return_sequences=True`; with `return_state=True` a tuple of that and `h`.

    Raises:
        ValueError: An argument is out of range, or the shape of the inputs or of the initial state is wrong.

    Example:
        >>> SimpleRNN(4, return_sequences=True)(np.ones((2, 10, 8))).shape
        TensorShape([2, 10, 4])

    Source: Elman 1990, "Finding structure in time".
    """
