"""A decoder that attends at every step."""

import keras
import tensorflow as tf
from keras import ops

from toolkit.arguments import check_positive_integer
from toolkit.layers.recurrent.backpropagation.attention import Attending, AttentionWeights
from toolkit.layers.recurrent.backpropagation.through_time import NO_NOISE, through_time
from toolkit.layers.recurrent.initializing import building
from toolkit.layers.recurrent.input_dtype import in_dtype
from toolkit.layers.recurrent.observing import is_observed, observed_scan
from toolkit.layers.recurrent.time_loop import current_backend, scan_equations, swap_batch_and_time
from toolkit.layers.recurrent.written_gradients import equations_of, product_equations_of, weights_of


@keras.saving.register_keras_serializable(package="toolkit")
class AttentionDecoder(keras.layers.Layer):
    """Runs a cell over the target, attending to the encoded source at every step, with input feeding.

        s_t = cell([x_t; a_{t-1}], s_{t-1})
        α_t = softmax over positions s of (h_t · memory_s)
        a_t = tanh(C [Σ_s α_ts memory_s; h_t])

    Where nothing is fed back, run a plain layer over all steps and attend afterwards: that is faster. Here each step needs the one before,
    so the loop holds the attention, too; its gradient is written out (`backpropagation.attention`).

    Padding of `sequences` stands behind the last token, where a loop that runs forwards needs no mask; Keras's mask of `sequences` becomes
    that of the outputs.

    For the general score, h_t · W m_s, apply a bias-free `keras.layers.Dense(cell.units)` to the memory before: once, outside of the loop.
    The context is then one of W m_s, and the memory's vectors may be of any size.

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
        memory_mask: Boolean `[batch, positions]`, `False` where nothing may be seen: there α is 0, and so is the gradient of the memory. A
            row where everything is hidden sees zeros. By default the mask that Keras has attached to the memory, if any.
        training: Whether a gradient is likely.

    Returns:
        a_t of every step, `[batch, time, units]`; with `return_state=True` a list of that, the last a, and the cell's last states.

    Raises:
        ValueError: The cell has no written equations, or a shape does not fit.

    Example: a translator. All steps of the target at once in training, the padding of the source hidden:

        >>> encoder = Bidirectional(LSTM(4, return_sequences=True))
        >>> decoder = AttentionDecoder(keras.layers.LSTMCell(8), return_state=True)
        >>> source, visible = np.ones((2, 5, 3)), np.array([[1, 1, 1, 1, 1], [1, 1, 1, 0, 0]], bool)
        >>> memory = encoder(source, mask=visible)
        >>> outputs, *_ = decoder(np.ones((2, 7, 3)), memory, memory_mask=visible, training=True)
        >>> outputs.shape
        TensorShape([2, 7, 8])

    Decoding, one token after another; `state` is a nest of tensors whose first axis is the rows, as a search reorders them:

        >>> state = decoder.get_initial_state(2)
        >>> outputs, *state = decoder(np.ones((2, 1, 3)), memory, memory_mask=visible, initial_state=state)
        >>> decoder.alignment(state, memory, memory_mask=visible).shape
        TensorShape([2, 5])

    Source: Luong, Pham & Manning 2015, "Effective approaches to attention-based neural machine translation".
    """

    def __init__(self, cell, units: int | None = None, output_initializer="glorot_uniform", return_state: bool = False, **kwargs):
        super().__init__(**kwargs)
        if product_equations_of(cell) is None:
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
        self.supports_masking = True
        self.supports_jit = False  # XLA compiles the time loop, not the model

    def build(self, sequences_shape, memory_shape, initial_state_shape=None, memory_mask_shape=None):
        """Creates the weights of the cell, which reads `[x_t; a_{t-1}]`, and C."""
        if memory_shape[-1] != self.cell.units:
            raise ValueError(
                f"Argument `memory` must have vectors of the size of the cell's output, {self.cell.units}. "
                f"Received: shape={tuple(memory_shape)}"
            )
        self.features = sequences_shape[-1]
        if not self.cell.built:  # a cell that comes out of a file is
            with building(self.cell):
                self.cell.build((sequences_shape[0], self.features + self.units))
        shape = (memory_shape[-1] + self.cell.units, self.units)
        self.output_kernel = self.add_weight(shape=shape, initializer=self.output_initializer, name="output_kernel")

    def call(self, sequences, memory, initial_state=None, memory_mask=None, training=False):
        """Runs the decoder; see the class."""
        sequences, memory = in_dtype(self.compute_dtype, (sequences, memory))
        if sequences.shape[-1] != self.features:
            raise ValueError(
                f"Argument `sequences` must have {self.features} features at each step. Received: shape={tuple(sequences.shape)}"
            )
        if initial_state is None:
            initial_state = self.get_initial_state(ops.shape(sequences)[0])
        equations, weights = self._attending(memory, memory_mask), self._weights()
        state = equations.State(*self._parts(initial_state))
        if is_observed():
            _, outputs, state = self._run_observed(equations, sequences, state, weights)
        elif current_backend() == "compiled":
            equations, memory = equations.apart()
            outputs, state = through_time(equations, sequences, state, weights, NO_NOISE, memory, all_outputs=True, training=bool(training))
        else:
            inputs = swap_batch_and_time(sequences)
            _, outputs, state = scan_equations(equations, inputs, state, weights, all_outputs=True)
        return [outputs, *state] if self.return_state else outputs

    def _run_observed(self, equations, sequences, state, weights):
        """Runs the steps as `observing` asks."""

        def step(x, state):
            new, kept = equations.step(equations.project(x, weights), state[0], equations.State(*state), weights)
            return new[0], list(new), equations.gates(kept)

        return observed_scan(self, step, equations.keeps, swap_batch_and_time(sequences), state._asdict(), NO_NOISE)

    def alignment(self, state, memory, memory_mask=None):
        """Says where a step looked, from the state that it left.

        α_t is made of h_t and the memory alone, and h_t is the second part of the state, so the loop need not return α_t.

        Args:
            state: a and the cell's states after the step, as with `return_state=True`.
            memory: What the step read.
            memory_mask: What the step was given; no mask that Keras has attached is looked for.

        Returns:
            α, `[batch, positions]`: each row sums to 1, or is all zeros where everything is hidden.

        Raises:
            ValueError: A shape does not fit.
        """
        return self._attending(tf.cast(memory, self.compute_dtype), memory_mask).alignment(self._parts(state)[1])

    def _attending(self, memory, memory_mask) -> Attending:
        if memory_mask is None:
            return Attending(equations_of(self.cell), memory=memory)
        if not memory.shape[:2].is_compatible_with(memory_mask.shape):
            raise ValueError(
                f"Argument `memory_mask` must have the shape [batch, positions] of the memory, {tuple(memory.shape[:2])}. "
                f"Received: shape={tuple(memory_mask.shape)}"
            )
        return Attending(equations_of(self.cell), memory=memory, visible=tf.cast(memory_mask, tf.bool))

    def _parts(self, state) -> list[tf.Tensor]:
        sizes, shapes = self._state_sizes, [tuple(part.shape) for part in state]
        if [shape[1:] for shape in shapes] != [(size,) for size in sizes]:
            raise ValueError(
                f"A state must have {len(sizes)} parts, of the shapes {', '.join(f'[batch, {size}]' for size in sizes)}. Received: {shapes}"
            )
        return [tf.cast(part, self.compute_dtype) for part in state]

    def _weights(self) -> AttentionWeights:
        cell = weights_of(self.cell)
        kernel, feed_kernel = tf.split(cell.kernel, [self.features, self.units], axis=0)
        return AttentionWeights(
            kernel, cell.recurrent_kernel, cell.bias, cell.recurrent_bias, feed_kernel, tf.convert_to_tensor(self.output_kernel)
        )

    def get_initial_state(self, batch_size) -> list:
        """Returns zeros: a, and the cell's states, each `[batch_size, size]`."""
        return [ops.zeros((batch_size, size), dtype=self.compute_dtype) for size in self._state_sizes]

    @property
    def _state_sizes(self) -> list[int]:
        return [self.units, *tf.nest.flatten(self.cell.state_size)]

    def compute_output_shape(self, sequences_shape, memory_shape=None, initial_state_shape=None, memory_mask_shape=None):
        """Returns the shape of the outputs, and of the states with `return_state`."""
        outputs = (*sequences_shape[:2], self.units)
        return [outputs, *((sequences_shape[0], size) for size in self._state_sizes)] if self.return_state else outputs

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
