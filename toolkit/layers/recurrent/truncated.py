"""Truncated backpropagation through time."""

import functools

import keras
import tensorflow as tf

from toolkit.arguments import check_positive_integer
from toolkit.layers.recurrent.recurrent_layer import RecurrentLayer
from toolkit.layers.recurrent.time_loop import current_backend


@keras.saving.register_keras_serializable(package="toolkit")
class TruncatedBPTT(RecurrentLayer, keras.layers.RNN):
    """Carries the state of a recurrent layer from chunk to chunk of a sequence, and cuts the gradient where two chunks meet.

        h_t = f(x_t, sg(h_{t-1}))   where t is the first step of a chunk, but not of the sequence
        h_t = f(x_t, h_{t-1})       at all other steps

    Here `sg` passes its argument on and stops the gradient. So the outputs and the last states are those of the layer, whatever the length,
    and only what the layer learns from changes: an error is carried back to the first step of its chunk and no further. It is truncated
    backpropagation with k₁ = k₂ = `length`. A length of the whole sequence or more gives the full gradient.

    A masked step computes nothing, so it cuts nothing: what it hands on, the state or the output of an earlier chunk, keeps its gradient.
    Hence padding at the end of a row changes neither result nor gradient.

    It is a recurrent layer itself, and takes from the wrapped one what it returns and whether it is stateful. Several layers are truncated
    one by one: `RecurrentStack([TruncatedBPTT(layer, 35) for layer in layers])`. What the layer draws at random once per sequence (dropout,
    weight drop) is drawn once per chunk here.

    Args:
        layer: A recurrent layer that reads forwards, such as `LSTM`, `GRU`, `SimpleRNN` or `RNN(cell)`.
        length: Steps in a chunk; the last chunk of a sequence may be shorter.
        **kwargs: As in `keras.layers.Layer`.

    Call arguments:
        sequences: `[batch, time, features]`; time need not be a multiple of the length, nor known beforehand.
        initial_state: As the layer takes it. Its gradient is that of the first chunk.
        mask: Boolean `[batch, time]`, `False` where the state is carried over.
        training: Whether dropout is on. The gradient is cut in any case.

    Returns:
        What the layer returns.

    Raises:
        ValueError: `length` is not a positive integer, the layer is unrolled, or it reads backwards: its state comes from the future.
        TypeError: `layer` is not a recurrent layer, `Bidirectional` included, one half of which reads backwards.

    Example:
        >>> TruncatedBPTT(LSTM(4, return_sequences=True), 35)(np.ones((2, 100, 8))).shape
        TensorShape([2, 100, 4])

    Source: Williams & Peng 1990, "An efficient gradient-based algorithm for on-line training of recurrent network trajectories"; Mikolov
    et al. 2010, "Recurrent neural network based language model".
    """

    def __init__(self, layer, length: int, **kwargs):
        _check_layer(layer)
        check_positive_integer("length", length)
        if kwargs.pop("go_backwards", False):  # as `Bidirectional` asks of the copy that it makes
            raise ValueError(f"{_REASON} Received: go_backwards=True")
        shared = ("return_sequences", "return_state", "stateful", "zero_output_for_mask")
        kwargs.setdefault("dtype", layer.dtype_policy)
        super().__init__(layer.cell, **{name: getattr(layer, name) for name in shared}, **kwargs)
        self.layer = layer
        self.length = length

    def build(self, sequences_shape, initial_state_shape=None):
        """Makes the layer's weights. The state of a stateful layer is kept here, not in the layer."""
        if not self.layer.built:
            self.layer.build(sequences_shape)
        super().build(sequences_shape, initial_state_shape)

    def get_initial_state(self, batch_size):
        """Returns what the layer starts from."""
        return self.layer.get_initial_state(batch_size)

    def inner_loop(self, sequences, initial_state, mask, training=False):
        """Runs the layer chunk by chunk; `keras.layers.RNN.call` prepares the arguments and picks what is returned."""
        if current_backend() != "compiled":  # exported: no gradient is asked for
            return self.layer.inner_loop(sequences, initial_state, mask, training=training)
        mask = None if mask is None else tf.cast(keras.tree.flatten(mask)[0], tf.bool)
        state = tf.nest.flatten(initial_state)
        output = tf.zeros([tf.shape(sequences)[0], getattr(self.cell, "output_size", self.state_size[0])], self.compute_dtype)
        read = functools.partial(self._read_chunk, initial_state, training)
        over_chunks = self._in_a_loop if sequences.shape[1] is None else self._one_by_one
        outputs, output, state = over_chunks(read, sequences, mask, output, state)
        return output, outputs, tf.nest.pack_sequence_as(initial_state, state)

    def _one_by_one(self, read, sequences, mask, output, state):
        """Reads a number of chunks that is known: without a loop over them, which XLA could not differentiate."""
        time = sequences.shape[1]
        lengths = [min(self.length, time - start) for start in range(0, time, self.length)]
        masks = [None] * len(lengths) if mask is None else tf.split(mask, lengths, 1)
        entering, all_outputs = state, []
        for chunk, chunk_mask in zip(tf.split(sequences, lengths, 1), masks, strict=True):
            outputs, output, state = read(chunk, chunk_mask, entering, output, state)
            entering = list(map(tf.stop_gradient, state))
            all_outputs.append(outputs)
        return tf.concat(all_outputs, 1) if self.return_sequences else output, output, state

    def _in_a_loop(self, read, sequences, mask, output, state):
        time = tf.shape(sequences)[1]
        chunks = tf.TensorArray(self.compute_dtype, -(-time // self.length), infer_shape=False, element_shape=[None, *output.shape])

        def body(start, chunks, output, *state):
            steps = slice(start, start + self.length)
            entering = [tf.where(start > 0, tf.stop_gradient(part), part) for part in state]
            outputs, output, state = read(sequences[:, steps], None if mask is None else mask[:, steps], entering, output, state)
            if self.return_sequences:
                # Time comes first here: chunks of different lengths are joined along the first axis.
                chunks = chunks.write(start // self.length, tf.transpose(outputs, [1, 0, 2]))
            return start + self.length, chunks, *map(tf.ensure_shape, (output, *state), shapes)

        shapes = [part.shape for part in (output, *state)]
        _, chunks, output, *state = tf.while_loop(lambda start, *_: start < time, body, (0, chunks, output, *state))
        return tf.transpose(chunks.concat(), [1, 0, 2]) if self.return_sequences else output, output, state

    def _read_chunk(self, structure, training, sequences, mask, entering, last_output, state):
        output, outputs, new_state = self.layer.inner_loop(
            sequences, tf.nest.pack_sequence_as(structure, entering), mask, training=training
        )
        new_state = tf.nest.flatten(new_state)
        if mask is not None:
            output, outputs, new_state = self._hand_on(mask, (output, outputs, new_state), (last_output, state))
        return outputs, output, new_state

    def _hand_on(self, mask, new, old):
        """Returns the outputs and the state of a chunk, those of the chunks before it where a row has had no token in this one yet."""
        (output, outputs, state), (last_output, last_state) = new, old
        seen = tf.cumsum(tf.cast(mask, tf.int32), axis=1) > 0
        state = [tf.where(seen[:, -1:], now, before) for now, before in zip(state, last_state, strict=True)]
        if not self.zero_output_for_mask:
            output = tf.where(seen[:, -1:], output, last_output)
            if self.return_sequences:
                outputs = tf.where(seen[:, :, tf.newaxis], outputs, last_output[:, tf.newaxis])
        return output, outputs, state

    def get_config(self):
        """Returns the constructor's arguments."""
        return {**keras.layers.Layer.get_config(self), "layer": keras.saving.serialize_keras_object(self.layer), "length": self.length}

    @classmethod
    def from_config(cls, config, custom_objects=None):
        """Makes a layer from what `get_config` returned."""
        config = dict(config)
        return cls(keras.saving.deserialize_keras_object(config.pop("layer"), custom_objects=custom_objects), **config)


_REASON = (
    "Argument `layer` must read forwards: the state of a layer that reads backwards comes from the future, and cannot be carried on to it."
)


def _check_layer(layer) -> None:
    if isinstance(layer, keras.layers.Bidirectional):
        raise TypeError(f"{_REASON} Half of a Bidirectional layer reads backwards. Received: layer={layer.name!r}")
    if not isinstance(layer, keras.layers.RNN):
        raise TypeError(f"Argument `layer` must be a recurrent layer, such as LSTM, GRU, SimpleRNN or RNN(cell). Received: layer={layer!r}")
    if layer.go_backwards:
        raise ValueError(f"{_REASON} Received: layer={layer.name!r} with go_backwards=True")
    if layer.unroll:
        raise ValueError(
            f"Argument `layer` must not be unrolled, since the last chunk may be shorter. Received: layer={layer.name!r} with unroll=True"
        )
