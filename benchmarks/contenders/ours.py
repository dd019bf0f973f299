"""The recurrent layers of this project."""

from benchmarks.contenders import Steps, Unavailable
from benchmarks.contenders.graph import Network, layer_network, network_steps, start
from benchmarks.contenders.rows import Problem, Row
from benchmarks.contenders.stock import decoder_network
from toolkit import layers

__all__ = ["build", "ours_decoder", "start"]


def build(row: Row, problem: Problem) -> Steps:
    """Makes the steps of a row.

    Raises:
        Unavailable: The layer that the row needs does not exist.
    """
    if row.kind == "decoder":
        network = ours_decoder(row)
    else:
        gru = _layer("GRU") if row.kind == "gru" else None
        network = layer_network(row, lstm=layers.LSTM, gru=gru, bidirectional=layers.Bidirectional)
    return network_steps(network, problem, jit=False)


def ours_decoder(row: Row) -> Network:
    """Returns the decoder of row (d)."""
    return decoder_network(row, _layer("RNN"))


def _layer(name: str) -> type:
    if not hasattr(layers, name):
        raise Unavailable(f"toolkit.layers has no {name}")
    return getattr(layers, name)
