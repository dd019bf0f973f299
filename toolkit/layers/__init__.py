"""From batches to features: layers, and the cells that `RNN` runs."""

from toolkit.cells import CELLS
from toolkit.lazy_names import lazy_names

_RECURRENT = "toolkit.layers.recurrent"
_REGULARIZATION = "toolkit.layers.regularization"
HOMES = {
    **{cell.class_name: cell.module for cell in CELLS.values()},
    "ActivityPenalty": f"{_REGULARIZATION}.activity_penalty",
    "Attention": "toolkit.layers.attention.attention",
    "AttentionDecoder": f"{_RECURRENT}.attention_decoder",
    "AttentionOverTime": "toolkit.layers.pooling.attention_over_time",
    "Bidirectional": f"{_RECURRENT}.bidirectional",
    "CropMiddle": "toolkit.layers.crop_middle",
    "Fusion": "toolkit.layers.fusion",
    "MaxOverTime": "toolkit.layers.pooling.max_over_time",
    "MeanOverTime": "toolkit.layers.pooling.mean_over_time",
    "NgramLogits": "toolkit.layers.ngram_logits",
    "RNN": f"{_RECURRENT}.rnn",
    "RecurrentCell": f"{_RECURRENT}.cells.recurrent_cell",
    "RecurrentStack": f"{_RECURRENT}.stack",
    "Segmented": f"{_RECURRENT}.segmented",
    "TruncatedBPTT": f"{_RECURRENT}.truncated",
    "VariationalDropout": f"{_REGULARIZATION}.variational_dropout",
    "WordDropout": f"{_REGULARIZATION}.word_dropout",
    "layer_of": f"{_RECURRENT}.layer_of",
    "linear_scan": f"{_RECURRENT}.linear_scan",
}

__all__, __getattr__, __dir__ = lazy_names(__name__, HOMES)
