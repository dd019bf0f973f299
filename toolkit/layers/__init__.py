"""From batches to features."""

from toolkit.layers.attention.attention import Attention
from toolkit.layers.pooling.attention_over_time import AttentionOverTime
from toolkit.layers.pooling.max_over_time import MaxOverTime
from toolkit.layers.pooling.mean_over_time import MeanOverTime
from toolkit.layers.recurrent.attention_decoder import AttentionDecoder
from toolkit.layers.recurrent.bidirectional import Bidirectional
from toolkit.layers.recurrent.cells.coupled_lstm_cell import CoupledLSTMCell
from toolkit.layers.recurrent.cells.greff_variants import CIFGCell, FGRCell, NFGCell, NIAFCell, NIGCell, NOAFCell, NOGCell, NPCell
from toolkit.layers.recurrent.cells.layer_norm_lstm_cell import LayerNormLSTMCell
from toolkit.layers.recurrent.cells.mut_cells import MUT1Cell, MUT2Cell, MUT3Cell
from toolkit.layers.recurrent.cells.peephole_lstm_cell import PeepholeLSTMCell
from toolkit.layers.recurrent.cells.recurrent_cell import RecurrentCell
from toolkit.layers.recurrent.gru import GRU
from toolkit.layers.recurrent.irnn import IRNN
from toolkit.layers.recurrent.lstm import LSTM
from toolkit.layers.recurrent.rnn import RNN
from toolkit.layers.recurrent.segmented import Segmented
from toolkit.layers.recurrent.simple_rnn import SimpleRNN
from toolkit.layers.recurrent.stack import RecurrentStack
from toolkit.layers.recurrent.truncated import TruncatedBPTT
from toolkit.layers.regularization.activity_penalty import ActivityPenalty
from toolkit.layers.regularization.variational_dropout import VariationalDropout
from toolkit.layers.regularization.word_dropout import WordDropout

__all__ = [
    "GRU",
    "IRNN",
    "LSTM",
    "RNN",
    "ActivityPenalty",
    "Attention",
    "AttentionDecoder",
    "AttentionOverTime",
    "Bidirectional",
    "CIFGCell",
    "CoupledLSTMCell",
    "FGRCell",
    "LayerNormLSTMCell",
    "MUT1Cell",
    "MUT2Cell",
    "MUT3Cell",
    "MaxOverTime",
    "MeanOverTime",
    "NFGCell",
    "NIAFCell",
    "NIGCell",
    "NOAFCell",
    "NOGCell",
    "NPCell",
    "PeepholeLSTMCell",
    "RecurrentCell",
    "RecurrentStack",
    "Segmented",
    "SimpleRNN",
    "TruncatedBPTT",
    "VariationalDropout",
    "WordDropout",
]
