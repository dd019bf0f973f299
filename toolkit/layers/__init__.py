"""From batches to features."""

from toolkit.layers.pooling.attention_over_time import AttentionOverTime
from toolkit.layers.pooling.max_over_time import MaxOverTime
from toolkit.layers.pooling.mean_over_time import MeanOverTime
from toolkit.layers.recurrent.bidirectional import Bidirectional
from toolkit.layers.recurrent.lstm import LSTM
from toolkit.layers.recurrent.segmented import Segmented
from toolkit.layers.regularization.variational_dropout import VariationalDropout
from toolkit.layers.regularization.word_dropout import WordDropout

__all__ = ["LSTM", "AttentionOverTime", "Bidirectional", "MaxOverTime", "MeanOverTime", "Segmented", "VariationalDropout", "WordDropout"]
