"""The recurrent layers of this project."""

from typing import NamedTuple

import keras

from benchmarks.contenders import Steps
from benchmarks.contenders.graph import Network, layer_network, network_steps, start
from benchmarks.contenders.rows import Problem, Row
from toolkit import layers

__all__ = ["build", "start"]


def build(row: Row, problem: Problem) -> Steps:
    """Makes the steps of a row."""
    if row.kind == "decoder":
        network = _decoder_network(row)
    else:
        network = layer_network(row, lstm=layers.LSTM, gru=layers.GRU, bidirectional=layers.Bidirectional)
    return network_steps(network, problem, jit=False)


class _Decoder(NamedTuple):
    """Our decoder with its weights in the order of the benchmark's: the cell's, then the output's."""

    layer: layers.AttentionDecoder

    def set_weights(self, weights) -> None:
        self.layer.cell.set_weights(weights[:-1])
        self.layer.output_kernel.assign(weights[-1])

    @property
    def trainable_variables(self) -> list:
        return [*self.layer.cell.trainable_variables, self.layer.output_kernel]


def _decoder_network(row: Row) -> Network:
    decoder = layers.AttentionDecoder(keras.layers.LSTMCell(row.units))
    decoder.build((row.batch, None, row.features), (row.batch, row.positions, row.units))
    return Network([_Decoder(decoder)], lambda inputs, mask, training: decoder(*inputs, training=training))
