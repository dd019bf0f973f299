"""The recurrent layers of Keras as they come."""

import functools

import keras
from keras import ops

from benchmarks.contenders import Steps
from benchmarks.contenders.graph import Network, layer_network, network_steps, start
from benchmarks.contenders.rows import Problem, Row

__all__ = ["LuongCell", "build", "decoder_network", "start"]


def build(row: Row, problem: Problem, jit: bool) -> Steps:
    """Makes the steps of a row.

    Args:
        row: The row.
        problem: Its numbers.
        jit: Whether XLA compiles each step as a whole.
    """
    if row.kind == "decoder":
        network = decoder_network(row, keras.layers.RNN)
    else:
        lstm, gru = (functools.partial(layer, use_cudnn=False) for layer in (keras.layers.LSTM, keras.layers.GRU))
        network = layer_network(row, lstm=lstm, gru=gru, bidirectional=keras.layers.Bidirectional)
    return network_steps(network, problem, jit)


def decoder_network(row: Row, rnn: type[keras.layers.RNN]) -> Network:
    """Puts the cell with attention into a layer that runs any cell."""
    layer = rnn(LuongCell(row.units), return_sequences=True)
    layer.build((row.batch, None, row.features))

    def call(inputs, mask, training):
        sequences, layer.cell.memory = inputs
        return layer(sequences, mask=mask, training=training)

    return Network([layer], call)


class LuongCell(keras.layers.Layer):
    """One step of an LSTM decoder with dot attention and input feeding.

        h, c = LSTM([x; a], h, c)      α_s = softmax_s(h · m_s)      a ← tanh(W_c [Σ_s α_s m_s; h])

    Set `memory`, the `m_s` as `[batch, positions, units]`, before each call of the layer around it.

    Args:
        units: Size of h, c, a and the m_s.

    Source: Luong et al. 2015, "Effective approaches to attention-based neural machine translation", sections 3.1 and 3.3.
    """

    def __init__(self, units: int):
        super().__init__()
        self.state_size = [units, units, units]
        self.output_size = units
        self.lstm = keras.layers.LSTMCell(units)
        self.combine = keras.layers.Dense(units, activation="tanh", use_bias=False)
        self.memory = None

    def build(self, input_shape):
        """Makes the weights."""
        units = self.output_size
        self.lstm.build((*input_shape[:-1], input_shape[-1] + units))
        self.combine.build((*input_shape[:-1], 2 * units))

    def call(self, inputs, states, training=False):
        """Returns a, and the states h, c, a."""
        h, c, attended = states
        h, (h, c) = self.lstm(ops.concatenate([inputs, attended], axis=-1), [h, c], training=training)
        weights = ops.softmax(ops.einsum("bsu,bu->bs", self.memory, h))
        context = ops.einsum("bs,bsu->bu", weights, self.memory)
        attended = self.combine(ops.concatenate([context, h], axis=-1))
        return attended, [h, c, attended]
