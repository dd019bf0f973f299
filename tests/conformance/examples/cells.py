"""How to make one of each registered cell, inside of the layer that runs it, and what to call it on."""

import functools

import numpy as np

from toolkit.layers.recurrent.cells.coupled_lstm_cell import CoupledLSTMCell
from toolkit.layers.recurrent.cells.greff_variants import CIFGCell, FGRCell, NFGCell, NIAFCell, NIGCell, NOAFCell, NOGCell, NPCell
from toolkit.layers.recurrent.cells.ind_rnn_cell import IndRNNCell
from toolkit.layers.recurrent.cells.indy_lstm_cell import IndyLSTMCell
from toolkit.layers.recurrent.cells.layer_norm_lstm_cell import LayerNormLSTMCell
from toolkit.layers.recurrent.cells.min_gru_cell import MinGRUCell
from toolkit.layers.recurrent.cells.min_lstm_cell import MinLSTMCell
from toolkit.layers.recurrent.cells.mogrifier_cells import MogrifierGRUCell, MogrifierLSTMCell
from toolkit.layers.recurrent.cells.mut_cells import MUT1Cell, MUT2Cell, MUT3Cell
from toolkit.layers.recurrent.cells.peephole_lstm_cell import PeepholeLSTMCell
from toolkit.layers.recurrent.cells.qrnn_cell import QRNNCell
from toolkit.layers.recurrent.cells.rg_lru_cell import RGLRUCell
from toolkit.layers.recurrent.cells.sru_cell import SRUCell
from toolkit.layers.recurrent.irnn import IRNN
from toolkit.layers.recurrent.rnn import RNN

FEATURES = np.random.default_rng(0).normal(size=(2, 4, 3)).astype("float32")

ARGUMENTS = {
    CIFGCell: {},
    CoupledLSTMCell: {"forget_bias": 2.0},
    FGRCell: {"recurrent_regularizer": "l2"},
    IndRNNCell: {"recurrent_constraint": "non_neg"},
    IndyLSTMCell: {"use_bias": False},
    LayerNormLSTMCell: {"epsilon": 1e-3},
    MinGRUCell: {"positive": True},
    MinLSTMCell: {},
    MogrifierGRUCell: {"rank": 2},
    MogrifierLSTMCell: {"rounds": 3},
    MUT1Cell: {},
    MUT2Cell: {"project_inputs": False},
    MUT3Cell: {"activation": "relu"},
    NFGCell: {},
    NIAFCell: {},
    NIGCell: {},
    NOAFCell: {},
    NOGCell: {},
    NPCell: {"kernel_constraint": "max_norm"},
    QRNNCell: {"pooling": "ifo", "window": 2},
    RGLRUCell: {"kernel_regularizer": "l2"},
    SRUCell: {},
    PeepholeLSTMCell: {"bias_initializer": "ones"},
}


def in_a_layer(cell_class, arguments):
    return RNN(cell_class(3, **arguments))


EXAMPLES = {
    "toolkit>IRNN": (lambda: IRNN(3, scale=0.5), FEATURES),
    **{f"toolkit>{cell.__name__}": (functools.partial(in_a_layer, cell, arguments), FEATURES) for cell, arguments in ARGUMENTS.items()},
}
