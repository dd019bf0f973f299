"""The LSTM layer."""

import functools

import keras
import tensorflow as tf
from keras import ops

from toolkit.layers.recurrent.lstm_backpropagation import LSTMState, lstm, lstm_step
from toolkit.layers.recurrent.time_loop import current_backend, scan


@keras.saving.register_keras_serializable(package="toolkit")
class LSTM(keras.layers.LSTM):
    """Long short-term memory, a drop-in namesake of `keras.layers.LSTM` that trains faster.

        i = σ(W^i x + U^i h + b^i)      input gate
        f = σ(W^f x + U^f h + b^f)      forget gate
        g = tanh(W^g x + U^g h + b^g)   candidate
        o = σ(W^o x + U^o h + b^o)      output gate
        c = f ⊙ c + i ⊙ g               h = o ⊙ tanh(c)

    It takes the arguments of its namesake and holds the same weights in the same shapes and gate order (i, f, g, o), so
    `layer.set_weights(keras_layer.get_weights())` works. What differs is how the steps are run: the inputs are projected at once before the
    loop, and the gradient is written out (`lstm_backpropagation`). The backends of `time_loop` choose who runs the loop.

    The faster loop needs `activation="tanh"`, `recurrent_activation="sigmoid"`, `recurrent_dropout=0` and `unroll=False`. Any other
    setting, and any machine with a GPU (where cuDNN is faster), runs as the Keras layer does, with the same result.

    Args:
        units: Positive integer, the size of the state.
        **kwargs: As in `keras.layers.LSTM`. `dropout` and `recurrent_dropout` outside of [0, 1) are rejected, not clamped.

    Call arguments:
        sequences: `[batch, time, features]`.
        initial_state: `h` and `c`, each `[batch, units]`; zeros by default.
        mask: Boolean `[batch, time]`, `False` where the state is carried over. Any pattern of holes is right.
        training: Whether dropout is on.

    Returns:
        `[batch, units]`, or `[batch, time, units]` with `return_sequences=True`; with `return_state=True` a tuple of that, `h` and `c`.

    Raises:
        ValueError: An argument is out of range, or the inputs do not have three axes.

    Example:
        >>> LSTM(4, return_sequences=True)(np.ones((2, 10, 8))).shape
        TensorShape([2, 10, 4])

    Source: Hochreiter & Schmidhuber 1997, "Long short-term memory"; Gers, Schmidhuber & Cummins 2000 for the forget gate.
    """

    def __init__(self, units: int, **kwargs):
        for name in ("dropout", "recurrent_dropout"):
            if not 0 <= kwargs.get(name, 0.0) < 1:
                raise ValueError(f"Argument `{name}` must be at least 0 and below 1. Received: {name}={kwargs[name]}")
        super().__init__(units, **kwargs)
        # XLA compiles the time loop, not the model: `compile(jit_compile="auto")` must not wrap one in the other.
        self.supports_jit = False

    def inner_loop(self, sequences, initial_state, mask, training=False):
        """Runs the steps; `keras.layers.RNN.call` prepares the arguments and picks what is returned."""
        if not self._has_fast_loop(training):
            return super().inner_loop(sequences, initial_state, mask, training=training)
        mask = keras.tree.flatten(mask)[0] if mask is not None else None
        projected = self._project(sequences, training)
        if mask is not None:
            mask = tf.transpose(tf.cast(mask, tf.bool))
        if self.go_backwards:
            projected = tf.reverse(projected, [0])
            mask = None if mask is None else tf.reverse(mask, [0])
        recurrent_kernel = tf.convert_to_tensor(self.cell.recurrent_kernel)
        outputs, state = self._run(projected, mask, LSTMState(*initial_state), recurrent_kernel)
        outputs = self._mask_outputs(outputs, mask)
        return outputs[-1], tf.transpose(outputs, [1, 0, 2]), list(state)

    def _has_fast_loop(self, training: bool) -> bool:
        return (
            self.activation is keras.activations.tanh
            and self.recurrent_activation is keras.activations.sigmoid
            and not (training and self.recurrent_dropout)
            and not self.unroll
            and not tf.config.list_logical_devices("GPU")
        )

    def _project(self, sequences, training: bool) -> tf.Tensor:
        """Returns `W x + b` of all steps, `[time, batch, 4 * units]`."""
        if training and self.dropout:
            sequences = sequences * ops.expand_dims(self.cell.get_dropout_mask(sequences[:, 0, :]), 1)
        projected = ops.matmul(ops.transpose(sequences, (1, 0, 2)), self.cell.kernel)
        return ops.add(projected, self.cell.bias) if self.use_bias else projected

    @staticmethod
    def _run(projected, mask, state: LSTMState, recurrent_kernel) -> tuple[tf.Tensor, LSTMState]:
        if current_backend() == "compiled":
            return lstm(projected, mask, state, recurrent_kernel)
        step = functools.partial(lstm_step, recurrent_kernel=recurrent_kernel)
        outputs, state = scan(step, projected, mask, state)
        return outputs, LSTMState(*state)

    def _mask_outputs(self, outputs, mask):
        """Keras's rule: a masked step gives the output before it, and zeros before the first token or with `zero_output_for_mask`."""
        if mask is None:
            return outputs
        shown = mask if self.zero_output_for_mask else tf.cumsum(tf.cast(mask, tf.int32), axis=0) > 0
        return tf.where(tf.expand_dims(shown, -1), outputs, tf.zeros_like(outputs))

    def get_config(self):
        """Returns the constructor's arguments, `use_cudnn` among them."""
        return {**super().get_config(), "use_cudnn": self.use_cudnn, "zero_output_for_mask": self.zero_output_for_mask}
