"""The recurrent layers of this project."""

from typing import NamedTuple

import keras

from benchmarks.contenders import Steps, Unavailable
from benchmarks.contenders.graph import Network, layer_network, network_steps, start
from benchmarks.contenders.rows import GATES, Problem, Row
from toolkit import layers
from toolkit.cells import cell_of
from toolkit.layers.matmul_precision import matmul_precision

__all__ = ["build", "start"]


def build(row: Row, problem: Problem, jit: bool, precision: str = "float32") -> Steps:
    """Makes the steps of a row.

    Args:
        row: The row.
        problem: Its numbers.
        jit: Whether XLA compiles each step as a whole. A forward pass gains a little by it; training would lose the parts side by side.

        precision: In what training makes large products.

    Raises:
        Unavailable: A row that trains is asked for as a whole.
    """
    if jit and row.training:
        raise Unavailable("ours is compiled as a whole for a forward pass alone")
    if row.kind == "decoder":
        network = _decoder_network(row)
    elif row.kind not in GATES:
        network = _network_of_cell(row)
    else:
        network = layer_network(row, lstm=layers.LSTM, gru=layers.GRU, bidirectional=layers.Bidirectional)
    steps = network_steps(network, problem, jit)

    def training() -> list:
        with matmul_precision(precision):
            return steps.training()

    return steps._replace(training=training)


def _network_of_cell(row: Row) -> Network:
    layer = layers.RNN(cell_of(row.kind).load()(row.units, **dict(row.options)), return_sequences=True)
    layer.build((row.batch, None, row.features))
    return Network([layer], lambda inputs, mask, training: layer(*inputs, mask=mask, training=training))


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
