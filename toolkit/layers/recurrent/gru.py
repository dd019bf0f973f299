"""The GRU layer."""

import keras

from toolkit.layers.recurrent.recurrent_layer import RecurrentLayer


@keras.saving.register_keras_serializable(package="toolkit")
class GRU(RecurrentLayer, keras.layers.GRU):
    """Gated recurrent unit, a drop-in namesake of `keras.layers.GRU` that trains faster.

        z = σ(W^z x + U^z h + b^z)      update gate
        r = σ(W^r x + U^r h + b^r)      reset gate
        g = tanh(W^h x + b^h + r ⊙ (U^h h + b'^h))      candidate, with `reset_after=True`
        g = tanh(W^h x + b^h + U^h (r ⊙ h))             candidate, with `reset_after=False`
        h = z ⊙ h + (1 - z) ⊙ g

    It takes the arguments of its namesake and holds the same weights in the same shapes and gate order (z, r, h), so
    `layer.set_weights(keras_layer.get_weights())` works. What differs is how the steps are run, as for `LSTM`.

    Args:
        units: Positive integer, the size of the state.
        weight_drop: Share of the recurrent kernel's entries that a batch does without, in training.
        zoneout: Share of the state that keeps its value from the step before.
        learned_initial_state: Whether the initial state, when none is given, is a weight instead of zero.
        **kwargs: As in `keras.layers.GRU`. `dropout` and `recurrent_dropout` draw one mask per sequence, the same for all gates and steps;
            outside of [0, 1) they are rejected, not clamped.

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
        >>> GRU(4, return_sequences=True)(np.ones((2, 10, 8))).shape
        TensorShape([2, 10, 4])

    Source: Cho et al. 2014, "Learning phrase representations using RNN encoder-decoder for statistical machine translation".
    """
