"""Which cells have written equations, and their weights as these read them."""

import keras
import tensorflow as tf

from toolkit.layers.recurrent.backpropagation.equations import Equations, StepEquations, Weights
from toolkit.layers.recurrent.backpropagation.gru import GRUEquations
from toolkit.layers.recurrent.backpropagation.lstm import LSTMEquations
from toolkit.layers.recurrent.backpropagation.simple_rnn import ACTIVATIONS, SimpleRNNEquations


def equations_of(cell) -> StepEquations | None:
    """Returns the written equations of a cell; `None` if its gradient is automatic.

    A cell of one's own can have equations, too: as an attribute `equations`.
    """
    if type(cell) in (keras.layers.LSTMCell, keras.layers.GRUCell):
        if cell.activation is not keras.activations.tanh or cell.recurrent_activation is not keras.activations.sigmoid:
            return None
        return LSTMEquations() if type(cell) is keras.layers.LSTMCell else GRUEquations(bool(cell.reset_after))
    if type(cell) is keras.layers.SimpleRNNCell:
        activation = keras.activations.serialize(cell.activation)
        return SimpleRNNEquations(activation) if activation in ACTIVATIONS else None
    return getattr(cell, "equations", None)


def product_equations_of(cell) -> Equations | None:
    """Returns the written equations of a cell with a matrix product in its loop; `None` if it has no such equations."""
    equations = equations_of(cell)
    return equations if isinstance(equations, Equations) else None


def weights_of(cell) -> Weights:
    """Returns the weights of a Keras cell as tensors of the precision that the layer computes in."""
    kernel, recurrent_kernel = tf.convert_to_tensor(cell.kernel), tf.convert_to_tensor(cell.recurrent_kernel)
    none = tf.zeros([kernel.shape[1]], kernel.dtype)
    if cell.bias is None:
        return Weights(kernel, recurrent_kernel, none, none)
    bias = tf.convert_to_tensor(cell.bias)
    return Weights(kernel, recurrent_kernel, *((bias, none) if len(bias.shape) == 1 else tf.unstack(bias)))
