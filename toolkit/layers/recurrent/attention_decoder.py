"""A decoder that attends at every step."""

import keras
import tensorflow as tf
from keras import ops

from toolkit.arguments import check_positive_integer
from toolkit.layers.recurrent.backpropagation.attention import AttentionEquations, AttentionWeights
from toolkit.layers.recurrent.backpropagation.through_time import NO_NOISE, through_time
from toolkit.layers.recurrent.time_loop import current_backend, scan_equations
from toolkit.layers.recurrent.written_gradients import equations_of, weights_of


@keras.saving.register_keras_serializable(package="toolkit")
class AttentionDecoder(keras.layers.Layer):
    """Runs a cell over the target, attending to the encoded source at every step, with input feeding.

        s_t = cell([x_t; a_{t-1}], s_{t-1})
        α_t = softmax over positions s of (h_t · memory_s)
        a_t = tanh(C [Σ_s α_ts memory_s; h_t])

    Where nothing is fed back, run a plain layer over all steps and attend afterwards: that is faster. Here each step needs the one before,
    so the loop holds the attention, too; its gradient is written out (`backpropagation.attention`).

    Args:
        cell: A cell with written equations, such as `keras.layers.LSTMCell(256)`.
        units: Size of an output a_t; that of the cell's output by default.
        output_initializer: How C starts.
        return_state: Whether to return the last state, too.
        **kwargs: As in `keras.layers.Layer`.

    Call arguments:
        sequences: What is read at each step, `[batch, time, features]`.
        memory: The encoded source, `[batch, positions, cell.units]`.
        initial_state: a (`[batch, units]`) and the cell's states, a list; zeros by default.
        training: Whether a gradient is likely.

    Returns:
        a_t of every step, `[batch, time, units]`; with `return_state=True` a list of that, the last a, and the cell's last states.

    Raises:
        ValueError: The cell has no written equations, or a shape does not fit.

    Source: Luong, Pham & Manning 2015, "Effective approaches to attention-based neural machine translation".
    """

    def __init__(self, cell, units: int | None = None, output_initializer="glorot_uniform", return_state: bool = False, **kwargs):
        super().__init__(**kwargs)
        if equations_of(cell) is None:
            raise ValueError(
                "Argument `cell` must be a keras.layers.LSTMCell, GRUCell or SimpleRNNCell with its usual activations. "
                f"Received: cell={cell!r}"
            )
        if units is not None:
            check_positive_integer("units", units)
        self.cell = cell
        self.units = cell.units if units is None else units
        self.output_initializer = keras.initializers.get(output_initializer)
        self.return_state = return_state
        self.supports_jit = False  # XLA compiles the time loop, not the model

    def build(self, sequences_shape, memory_shape, initial_state_shape=None):
        """Creates the weights of the cell, which reads `[x_t; a_{t-1}]`, and C."""
        if memory_shape[-1] != self.cell.units:
            raise ValueError(
                f"Argument `memory` must have vectors of the size of the cell's output, {self.cell.units}. "
                f"Received: shape={tuple(memory_shape)}"
            )
        self.features = sequences_shape[-1]
        if not self.cell.built:  # a cell that comes out of a file is
            self.cell.build((sequences_shape[0], self.features + self.units))
        shape = (memory_shape[-1] + self.cell.units, self.units)
        self.output_kernel = self.add_weight(shape=shape, initializer=self.output_initializer, name="output_kernel")

    def call(self, sequences, memory, initial_state=None, training=False):
        """Runs the decoder; see the class."""
        if sequences.shape[-1] != self.features:
            raise ValueError(
                f"Argument `sequences` must have {self.features} features at each step. Received: shape={tuple(sequences.shape)}"
            )
        equations, weights = AttentionEquations(equations_of(self.cell)), self._weights()
        if initial_state is None:
            initial_state = self.get_initial_state(ops.shape(sequences)[0])
        state = equations.State(*(tf.cast(part, self.compute_dtype) for part in initial_state))
        if current_backend() == "compiled":
            outputs, state = through_time(equations, sequences, state, weights, NO_NOISE, memory, all_outputs=True, training=bool(training))
        else:
            inputs = tf.transpose(sequences, [1, 0, 2])
            _, outputs, state = scan_equations(equations.with_memory(memory), inputs, state, weights, all_outputs=True)
        return [outputs, *state] if self.return_state else outputs

    def _weights(self) -> AttentionWeights:
        cell = weights_of(self.cell)
        kernel, feed_kernel = tf.split(cell.kernel, [self.features, self.units], axis=0)
        return AttentionWeights(
            kernel, cell.recurrent_kernel, cell.bias, cell.recurrent_bias, feed_kernel, tf.convert_to_tensor(self.output_kernel)
        )

    def get_initial_state(self, batch_size) -> list:
        """Returns zeros: a, and the cell's states, each `[batch_size, size]`."""
        sizes = [self.units, *tf.nest.flatten(self.cell.state_size)]
        return [ops.zeros((batch_size, size), dtype=self.compute_dtype) for size in sizes]

    def compute_output_shape(self, sequences_shape, memory_shape=None, initial_state_shape=None):
        """Returns the shape of the outputs, and of the states with `return_state`."""
        outputs = (*sequences_shape[:2], self.units)
        sizes = [self.units, *tf.nest.flatten(self.cell.state_size)]
        return [outputs, *((sequences_shape[0], size) for size in sizes)] if self.return_state else outputs

    def get_config(self):
        """Returns the constructor's arguments."""
        return {
            **super().get_config(),
            "cell": keras.saving.serialize_keras_object(self.cell),
            "units": self.units,
            "output_initializer": keras.initializers.serialize(self.output_initializer),
            "return_state": self.return_state,
        }

    @classmethod
    def from_config(cls, config, custom_objects=None):
        """Makes a layer from what `get_config` returned."""
        return cls(keras.saving.deserialize_keras_object(config.pop("cell"), custom_objects=custom_objects), **config)
