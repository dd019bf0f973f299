"""What all cells without a matrix product in their loop have in common."""

import keras
import tensorflow as tf

from toolkit.layers.matmul_precision import affine, matmul_dtype
from toolkit.layers.recurrent.backpropagation.elementwise import ElementwiseEquations
from toolkit.layers.recurrent.cells.recurrent_cell import RecurrentCell

OF_RECURRENT_KERNEL = ("recurrent_initializer", "recurrent_regularizer", "recurrent_constraint")


class ElementwiseCell(RecurrentCell):
    """A cell whose gates see the inputs by a product, and the state before by vectors at most, unit by unit.

    So `RNN(cell)` makes the products of all steps at once, and its loop has none. A subclass names its gates and gives its equations. What
    the products see beside the input itself, such as the input before, `seen` puts there; the state has it behind what the loop makes.

    | weight | shape | blocks |
    |---|---|---|
    | `kernel`, W | `[kernel_rows, len(input_gates) * units]` | `input_gates` |
    | `recurrent_kernel` | `[len(recurrent_gates) * units]` | a vector for each of `recurrent_gates`; there is none without |
    | `bias`, b | `[len(gates) * units]` | `gates`, the first of `input_gates` |

    Args:
        units: Positive integer, the size of the output and of each part of the state that the loop makes.
        **kwargs: As in `RecurrentCell`, but for the activations, which the equations fix, and for what is said of a `recurrent_kernel` that
            the cell does not have.

    Raises:
        ValueError: An argument is out of range, or the cell has no use for it.
    """

    recurrent_gates: tuple[str, ...] = ()

    def __init__(self, units: int, **kwargs):
        useless = dict.fromkeys(("activation", "recurrent_activation"), "its equations fix the activations")
        if not self.recurrent_gates:
            useless |= dict.fromkeys(OF_RECURRENT_KERNEL, "it has no recurrent kernel")
        for name in useless.keys() & kwargs.keys():
            raise ValueError(
                f"Argument `{name}` has no meaning for {type(self).__name__}: {useless[name]}. Received: {name}={kwargs[name]!r}"
            )
        if self.recurrent_gates:
            kwargs.setdefault("recurrent_initializer", self.recurrent_start())
        super().__init__(units, **kwargs)

    def recurrent_start(self) -> keras.initializers.Initializer:
        """Returns what the vectors start from if nothing is said."""
        return keras.initializers.RandomUniform(-0.05, 0.05)

    @property
    def equations(self) -> ElementwiseEquations:
        """The equations, forward and back."""
        raise NotImplementedError(f"{type(self).__name__} must define `equations`.")

    def add_recurrent_kernel(self, name: str, rows: int, columns: int):
        """Makes the vectors, one after the other; `None` for a cell that has none."""
        if not columns:
            return None
        return self.add_weight(
            shape=(columns,),
            name=name,
            initializer=self.recurrent_initializer,
            regularizer=self.recurrent_regularizer,
            constraint=self.recurrent_constraint,
        )

    def vectors(self):
        """Returns the weights in the loop, `equations.Weights`, in the precision that the cell computes in."""
        weights = self.equations.Weights
        return weights(*(tf.convert_to_tensor(getattr(self, name)) for name in weights._fields))

    def apart(self, states) -> tuple:
        """Returns the parts of the state that the loop makes, an `equations.State`, and a list of what is remembered of the inputs."""
        number = len(self.equations.State._fields)
        return self.equations.State(*states[:number]), list(states[number:])

    def seen(self, inputs, past, mask=None) -> tuple:
        """Returns what the products see: here the inputs themselves.

        Args:
            inputs: `[batch, time, features]`.
            past: What is remembered of the inputs before these, a list of `[batch, size]`; most cells remember nothing.
            mask: Boolean `[batch, time]`, `False` where nothing is read.

        Returns:
            `[batch, time, kernel_rows]`, and what is remembered after the last step.
        """
        return inputs, past

    def call(self, inputs, states, training=False):
        """Runs one step and returns `(output, new_states)`."""
        self._check(inputs, states)
        self.check_features(inputs, self.features)
        state, past = self.apart(states)
        seen, past = self.seen(tf.expand_dims(inputs, 1), past)
        state = self.step(self.project(tf.squeeze(seen, 1)), state)
        return state[0], [*state, *past]

    def multiply(self, inputs):
        """Returns `W x + b`, of `[..., kernel_rows]`: one product for all steps, in which TensorFlow adds the bias, too.

        That of all steps is of the dtype that large products are made in.
        """
        self.check_features(inputs, self.kernel_rows)
        if inputs.shape.rank == 3 and inputs.shape[1] == 1:  # a decoder's step, whose shapes are all known but for the rows
            return tf.expand_dims(self.multiply(tf.squeeze(inputs, 1)), 1)
        kernel, bias = tf.convert_to_tensor(self.kernel), None
        if self.use_bias:
            bias = tf.convert_to_tensor(self.bias)
            bias = tf.pad(bias, [[0, kernel.shape[-1] - bias.shape[0]]])
        dtype = inputs.dtype if inputs.shape.rank == 2 else matmul_dtype(inputs.dtype)
        product = affine(tf.reshape(inputs, [-1, self.kernel_rows]), kernel, bias, dtype=dtype)
        return product if inputs.shape.rank == 2 else tf.reshape(product, [*_shape(inputs)[:-1], product.shape[-1]])

    def add_bias(self, product):
        """Returns the product as it is: the bias is in it."""
        return product

    def step(self, projected, state):
        """Returns the new `equations.State`."""
        return self._stepped(projected, state)[0]

    def opened(self, projected, state) -> dict:
        """Returns how far the gates of a step are open, between 0 and 1, by name, each `[batch, units]`."""
        return self.equations.gates(self._stepped(projected, state)[1])

    def keeps(self, gates: dict):
        """Returns the share of its memory that a step keeps, from what `opened` gives."""
        return self.equations.keeps(gates)

    def _stepped(self, projected, state):
        return self.equations.step(projected, state[0], self.apart(state)[0], self.vectors())

    def get_config(self):
        """Returns the constructor's arguments."""
        config = super().get_config()
        del config["activation"], config["recurrent_activation"]
        if not self.recurrent_gates:
            for name in OF_RECURRENT_KERNEL:
                del config[name]
        return config


def _shape(tensor: tf.Tensor) -> list:
    """Returns the sizes of the axes, numbers where they are known."""
    dynamic = tf.shape(tensor)
    return [dynamic[axis] if size is None else size for axis, size in enumerate(tensor.shape)]
