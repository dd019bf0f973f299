"""The LSTM layer."""

import keras
import tensorflow as tf

from toolkit.layers.recurrent.recurrent_layer import RecurrentLayer


@keras.saving.register_keras_serializable(package="toolkit")
class LSTM(RecurrentLayer, keras.layers.LSTM):
    """Long short-term memory, a drop-in namesake of `keras.layers.LSTM` that trains faster.

        i = σ(W^i x + U^i h + b^i)      input gate
        f = σ(W^f x + U^f h + b^f)      forget gate
        g = tanh(W^g x + U^g h + b^g)   candidate
        o = σ(W^o x + U^o h + b^o)      output gate
        c = f ⊙ c + i ⊙ g               h = o ⊙ tanh(c)

    It takes the arguments of its namesake and holds the same weights in the same shapes and gate order (i, f, g, o), so
    `layer.set_weights(keras_layer.get_weights())` works. What differs is how the steps are run: the gradient is written out
    (`backpropagation.lstm`), and the backends of `time_loop` choose who runs the loop.

    With other activations than tanh and the sigmoid the gradient is automatic. With `unroll=True`, and on a GPU where cuDNN can take over,
    Keras runs the loop, with the same result; a log line says which setting keeps cuDNN away.

    Args:
        units: Positive integer, the size of the state.
        forget_bias: Where the forget gate's bias starts, if `unit_forget_bias=True` (the default) and `use_bias=True`.
        weight_drop: Share of the recurrent kernel's entries that a batch does without, in training.
        zoneout: Share of the state that keeps its value from the step before: one number, or one for h and one for c.
        learned_initial_state: Whether the initial state, when none is given, is a weight instead of zero.
        **kwargs: As in `keras.layers.LSTM`. `dropout` and `recurrent_dropout` draw one mask per sequence, the same for all gates and steps;
            outside of [0, 1) they are rejected, not clamped.

    Call arguments:
        sequences: `[batch, time, features]`.
        initial_state: `h` and `c`, each `[batch, units]`; zeros by default.
        mask: Boolean `[batch, time]`, `False` where the state is carried over. Any pattern of holes is right.
        training: Whether the regularization is on.

    Returns:
        `[batch, units]`, or `[batch, time, units]` with `return_sequences=True`; with `return_state=True` a tuple of that, `h` and `c`.

    Raises:
        ValueError: An argument is out of range, or the shape of the inputs or of the initial state is wrong.

    Example:
        >>> LSTM(4, return_sequences=True)(np.ones((2, 10, 8))).shape
        TensorShape([2, 10, 4])

    Source: Hochreiter & Schmidhuber 1997, "Long short-term memory"; Gers, Schmidhuber & Cummins 2000 for the forget gate; Jozefowicz et al.
    2015 for its bias.
    """

    def __init__(self, units: int, *args, forget_bias: float = 1.0, **kwargs):
        super().__init__(units, *args, **kwargs)
        self.forget_bias = forget_bias

    def build(self, sequences_shape, initial_state_shape=None):
        """Creates the weights."""
        super().build(sequences_shape, initial_state_shape)
        if self.use_bias and self.unit_forget_bias and self.forget_bias != 1:
            with tf.init_scope():
                i, f, g, o = tf.split(self.cell.bias, 4)
                self.cell.bias.assign(tf.concat([i, tf.fill(tf.shape(f), tf.cast(self.forget_bias, f.dtype)), g, o], 0))

    def get_config(self):
        """Returns the constructor's arguments."""
        return {**super().get_config(), "forget_bias": self.forget_bias}
