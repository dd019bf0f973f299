"""What all recurrent cells have in common."""

from typing import ClassVar, NamedTuple

import keras
from keras import ops

from toolkit.arguments import check_positive_integer


class OutputState(NamedTuple):
    """The state of a cell that keeps its output alone, `h`, `[batch, units]`."""

    h: object


class RecurrentCell(keras.layers.Layer):
    """One step of a recurrent network, for `RNN(cell)`: Keras's cell contract, and the weights of all gates side by side.

    A subclass names its gates and writes one step:

        class MinimalCell(RecurrentCell):
            gates = ("f", "g")

            def step(self, projected, state):
                f, g = ops.split(projected + ops.matmul(state.h, self.recurrent_kernel), 2, axis=-1)
                f = self.recurrent_activation(f)
                return OutputState(f * state.h + (1 - f) * self.activation(g))

    The part that depends on the input alone, `W x + b`, is `project`, so that a time loop can do it for all steps at once. Both are pure
    functions of tensors: no random numbers, nothing kept between calls.

    | weight | shape | blocks |
    |---|---|---|
    | `kernel`, W | `[features, len(input_gates) * units]` | `input_gates`, all of `gates` if not said otherwise |
    | `recurrent_kernel`, U | `[units, len(recurrent_gates) * units]` | `recurrent_gates`, likewise |
    | `bias`, b | `[len(gates) * units]` | `gates` |

    Args:
        units: Positive integer, the size of each part of the state and of the output.
        activation: Activation of candidate and output.
        recurrent_activation: Activation of the gates.
        use_bias: Whether to have `bias`.
        kernel_initializer: Start of `kernel`.
        recurrent_initializer: Start of `recurrent_kernel`.
        bias_initializer: Start of `bias`.
        kernel_regularizer: Penalty on `kernel`.
        recurrent_regularizer: Penalty on `recurrent_kernel`.
        bias_regularizer: Penalty on `bias`.
        kernel_constraint: Constraint on `kernel`.
        recurrent_constraint: Constraint on `recurrent_kernel`.
        bias_constraint: Constraint on `bias`.
        **kwargs: As in `keras.layers.Layer`.

    Call arguments:
        inputs: `[batch, features]`.
        states: A list with a `[batch, units]` for each field of `State`.
        training: Taken for Keras's contract; nothing depends on it.

    Returns:
        The output `[batch, units]`, and the new states as a list.

    Raises:
        ValueError: `units` is not a positive integer, or inputs or states have the wrong shape.
    """

    State: ClassVar[type] = OutputState  # a NamedTuple; its first field is the output
    gates: tuple[str, ...]
    features: int | None = None  # of the inputs; known once the cell is built

    def __init__(
        self,
        units: int,
        activation="tanh",
        recurrent_activation="sigmoid",
        use_bias: bool = True,
        kernel_initializer="glorot_uniform",
        recurrent_initializer="orthogonal",
        bias_initializer="zeros",
        kernel_regularizer=None,
        recurrent_regularizer=None,
        bias_regularizer=None,
        kernel_constraint=None,
        recurrent_constraint=None,
        bias_constraint=None,
        **kwargs,
    ):
        check_positive_integer("units", units)
        super().__init__(**kwargs)
        self.units = units
        self.activation = keras.activations.get(activation)
        self.recurrent_activation = keras.activations.get(recurrent_activation)
        self.use_bias = use_bias
        self.kernel_initializer = keras.initializers.get(kernel_initializer)
        self.recurrent_initializer = keras.initializers.get(recurrent_initializer)
        self.bias_initializer = keras.initializers.get(bias_initializer)
        self.kernel_regularizer = keras.regularizers.get(kernel_regularizer)
        self.recurrent_regularizer = keras.regularizers.get(recurrent_regularizer)
        self.bias_regularizer = keras.regularizers.get(bias_regularizer)
        self.kernel_constraint = keras.constraints.get(kernel_constraint)
        self.recurrent_constraint = keras.constraints.get(recurrent_constraint)
        self.bias_constraint = keras.constraints.get(bias_constraint)

    @property
    def input_gates(self) -> tuple[str, ...]:
        """The gates that have a block in `kernel`, in order."""
        return self.gates

    @property
    def recurrent_gates(self) -> tuple[str, ...]:
        """The gates that have a block in `recurrent_kernel`, in order."""
        return self.gates

    @property
    def kernel_rows(self) -> int:
        """The number of rows of `kernel`."""
        return self.features

    @property
    def state_size(self) -> list[int]:
        """The size of each part of the state."""
        return [self.units] * len(self.State._fields)

    @property
    def output_size(self) -> int:
        """The size of the output."""
        return self.units

    def bias_starts(self) -> dict[str, float]:
        """Returns the gates whose bias starts at a number instead of at what `bias_initializer` gives."""
        return {}

    def build(self, input_shape):
        """Makes the weights for inputs of shape `(batch, features)`."""
        self.check_input_shape(input_shape)
        self.features = input_shape[-1]
        self.kernel = self.add_weight(
            shape=(self.kernel_rows, len(self.input_gates) * self.units),
            name="kernel",
            initializer=self.kernel_initializer,
            regularizer=self.kernel_regularizer,
            constraint=self.kernel_constraint,
        )
        self.recurrent_kernel = self.add_recurrent_kernel("recurrent_kernel", self.units, len(self.recurrent_gates) * self.units)
        self.bias = None
        if self.use_bias:
            self.bias = self.add_weight(
                shape=(len(self.gates) * self.units,),
                name="bias",
                initializer=self._start_of_bias,
                regularizer=self.bias_regularizer,
                constraint=self.bias_constraint,
            )

    def check_input_shape(self, input_shape):
        """Raises a `ValueError` if no weights can be made for this shape."""
        if len(input_shape) != 2 or input_shape[-1] is None:
            raise ValueError(f"A cell takes inputs of shape `(batch, features)` with known `features`. Received: input_shape={input_shape}")

    def add_recurrent_kernel(self, name: str, rows: int, columns: int):
        """Makes a matrix `[rows, columns]` that starts, is penalised and constrained as `recurrent_kernel` is."""
        return self.add_weight(
            shape=(rows, columns),
            name=name,
            initializer=self.recurrent_initializer,
            regularizer=self.recurrent_regularizer,
            constraint=self.recurrent_constraint,
        )

    def _start_of_bias(self, shape, dtype=None):
        blocks = ops.split(self.bias_initializer(shape, dtype=dtype), len(self.gates))
        starts = self.bias_starts()
        return ops.concatenate(
            [ops.full_like(block, starts[gate]) if gate in starts else block for gate, block in zip(self.gates, blocks, strict=True)]
        )

    def project(self, inputs):
        """Returns `W x + b`, `[..., len(gates) * units]`, from `[..., features]`: of one step, or of all steps at once."""
        return self.add_bias(self.multiply(inputs))

    def multiply(self, inputs):
        """Returns `W x`."""
        self.check_features(inputs, self.kernel_rows)
        return ops.matmul(inputs, self.kernel)

    def check_features(self, inputs, features: int):
        """Raises a `ValueError` if inputs have another number of features."""
        if inputs.shape[-1] != features:
            raise ValueError(
                f"Argument `inputs` must have {features} features, the number that the cell was built with. "
                f"Received: inputs.shape={tuple(inputs.shape)}"
            )

    def add_bias(self, product):
        """Returns the product plus `b`, or as it is without a bias."""
        return ops.add(product, self.bias) if self.use_bias else product

    def step(self, projected, state):
        """Returns the new `State` from `project`'s part of one step and the `State` before it."""
        raise NotImplementedError(f"{type(self).__name__} must define `step(projected, state)`.")

    def opened(self, projected, state) -> dict:
        """Returns how far the gates of a step are open, between 0 and 1, by name, each `[batch, units]`; `{}` for a cell without gates."""
        return {}

    def keeps(self, gates: dict):
        """Returns the share of its memory that a step keeps, from what `opened` gives; `None` for a cell that has no say in it."""
        return gates.get("f")

    def call(self, inputs, states, training=False):
        """Runs one step and returns `(output, new_states)`."""
        self._check(inputs, states)
        state = self.step(self.project(inputs), self.State(*states))
        return state[0], list(state)

    def _check(self, inputs, states):
        if len(inputs.shape) != 2:
            raise ValueError(f"Argument `inputs` must have shape `(batch, features)`. Received: inputs.shape={tuple(inputs.shape)}")
        fields = self.State._fields
        if not isinstance(states, (list, tuple)) or len(states) != len(fields):
            raise ValueError(f"Argument `states` must be a list of {len(fields)}: {', '.join(fields)}. Received: states={states!r}")
        for name, state, size in zip(fields, states, self.state_size, strict=True):
            if len(state.shape) != 2 or state.shape[-1] != size:
                raise ValueError(
                    f"State `{name}` in `states` must have shape `(batch, {size})`. Received: {name}.shape={tuple(state.shape)}"
                )

    def get_initial_state(self, batch_size=None):
        """Returns zeros, a list as `states`."""
        return [ops.zeros((batch_size, size), dtype=self.compute_dtype) for size in self.state_size]

    def get_config(self):
        """Returns the constructor's arguments."""
        config = {
            "units": self.units,
            "activation": keras.activations.serialize(self.activation),
            "recurrent_activation": keras.activations.serialize(self.recurrent_activation),
            "use_bias": self.use_bias,
        }
        for part in ("kernel", "recurrent", "bias"):
            config[f"{part}_initializer"] = keras.initializers.serialize(getattr(self, f"{part}_initializer"))
            config[f"{part}_regularizer"] = keras.regularizers.serialize(getattr(self, f"{part}_regularizer"))
            config[f"{part}_constraint"] = keras.constraints.serialize(getattr(self, f"{part}_constraint"))
        return {**super().get_config(), **config}
