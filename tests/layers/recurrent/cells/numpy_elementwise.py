"""The papers' equations of the cells without a product in their loop, in plain NumPy: one row and one step at a time."""

import numpy as np

from toolkit.layers.recurrent.cells.ind_rnn_cell import IndRNNCell
from toolkit.layers.recurrent.cells.indy_lstm_cell import IndyLSTMCell
from toolkit.layers.recurrent.cells.min_gru_cell import MinGRUCell
from toolkit.layers.recurrent.cells.min_lstm_cell import MinLSTMCell
from toolkit.layers.recurrent.cells.qrnn_cell import QRNNCell
from toolkit.layers.recurrent.cells.rg_lru_cell import RGLRUCell
from toolkit.layers.recurrent.cells.sru_cell import SRUCell


def sigmoid(x):
    return 1 / (1 + np.exp(-x))


def blocks_of(weights, x, number):
    """W x + b of each gate."""
    bias = np.zeros(weights["kernel"].shape[1])
    bias[: len(weights["bias"])] = weights["bias"]
    return np.split(x @ weights["kernel"] + bias, number)


def qrnn_f(weights, x, h):
    g, f = blocks_of(weights, x, 2)
    return (sigmoid(f) * h + (1 - sigmoid(f)) * np.tanh(g),)


def qrnn_fo(weights, x, h, c):
    g, f, o = blocks_of(weights, x, 3)
    c = sigmoid(f) * c + (1 - sigmoid(f)) * np.tanh(g)
    return sigmoid(o) * c, c


def qrnn_ifo(weights, x, h, c):
    g, f, o, i = blocks_of(weights, x, 4)
    c = sigmoid(f) * c + sigmoid(i) * np.tanh(g)
    return sigmoid(o) * c, c


def of_two(step):
    """A window of 2: the last part of the state is the input before."""

    def stepped(weights, x, *state):
        *state, before = state
        return *step(weights, np.concatenate([x, before]), *state), x

    return stepped


def positive(x):
    return np.where(x >= 0, x + 0.5, sigmoid(x))


def min_gru(weights, x, h, candidate=lambda x: x):
    z, new = blocks_of(weights, x, 2)
    return ((1 - sigmoid(z)) * h + sigmoid(z) * candidate(new),)


def min_lstm(weights, x, h, candidate=lambda x: x):
    f, i, new = blocks_of(weights, x, 3)
    f, i = sigmoid(f), sigmoid(i)
    return (f / (f + i) * h + i / (f + i) * candidate(new),)


def rg_lru(weights, x, h):
    r, i, x = blocks_of(weights, x, 3)
    a = sigmoid(weights["recurrent_kernel"]) ** (8 * sigmoid(r))
    return (a * h + np.sqrt(1 - a**2) * sigmoid(i) * x,)


def sru(weights, x, h, c):
    units = len(c)
    blocks = blocks_of(weights, x, weights["kernel"].shape[1] // units)
    g, f, r = blocks[:3]
    v_f, v_r = np.split(weights["recurrent_kernel"], 2)
    highway = x if len(blocks) == 3 else blocks[3]
    f, r = sigmoid(f + v_f * c), sigmoid(r + v_r * c)
    c = f * c + (1 - f) * g
    return r * c + (1 - r) * highway, c


def first_sru(weights, x, h, c):
    blocks = blocks_of(weights, x, weights["kernel"].shape[1] // len(c))
    g, f, r = blocks[:3]
    highway = x if len(blocks) == 3 else blocks[3]
    c = sigmoid(f) * c + (1 - sigmoid(f)) * g
    return sigmoid(r) * np.tanh(c) + (1 - sigmoid(r)) * highway, c


def ind_rnn(weights, x, h):
    [z] = blocks_of(weights, x, 1)
    return (np.maximum(0, z + weights["recurrent_kernel"] * h),)


def indy_lstm(weights, x, h, c):
    i, f, g, o = (z + u * h for z, u in zip(blocks_of(weights, x, 4), np.split(weights["recurrent_kernel"], 4), strict=True))
    c = sigmoid(f) * c + sigmoid(i) * np.tanh(g)
    return sigmoid(o) * np.tanh(c), c


CELLS = {
    "SRU": (SRUCell, {}, sru),
    "SRU of 2017": (SRUCell, {"version": 2017}, first_sru),
    "QRNN f": (QRNNCell, {"pooling": "f"}, qrnn_f),
    "QRNN fo": (QRNNCell, {}, qrnn_fo),
    "QRNN ifo": (QRNNCell, {"pooling": "ifo"}, qrnn_ifo),
    "QRNN f of two": (QRNNCell, {"pooling": "f", "window": 2}, of_two(qrnn_f)),
    "QRNN ifo of two": (QRNNCell, {"pooling": "ifo", "window": 2}, of_two(qrnn_ifo)),
    "minimal GRU": (MinGRUCell, {}, min_gru),
    "positive minimal GRU": (MinGRUCell, {"positive": True}, lambda *given: min_gru(*given, candidate=positive)),
    "minimal LSTM": (MinLSTMCell, {}, min_lstm),
    "positive minimal LSTM": (MinLSTMCell, {"positive": True}, lambda *given: min_lstm(*given, candidate=positive)),
    "RG-LRU": (RGLRUCell, {}, rg_lru),
    "IndRNN": (IndRNNCell, {}, ind_rnn),
    "IndyLSTM": (IndyLSTMCell, {}, indy_lstm),
}
