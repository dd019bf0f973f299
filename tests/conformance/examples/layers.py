"""How to make one of each registered layer, and what to call it on."""

import numpy as np

from toolkit.layers import LSTM, AttentionOverTime, Bidirectional, MaxOverTime, MeanOverTime, Segmented, VariationalDropout, WordDropout

TOKENS = np.array([[4, 5, 6, 0], [7, 8, 9, 3]], "int32")
FEATURES = np.random.default_rng(0).normal(size=(2, 4, 3)).astype("float32")

EXAMPLES = {
    "toolkit>AttentionOverTime": (lambda: AttentionOverTime(3), FEATURES),
    "toolkit>Bidirectional": (lambda: Bidirectional(LSTM(3), merge_mode="sum"), FEATURES),
    "toolkit>LSTM": (lambda: LSTM(3, return_sequences=True, dropout=0.1, use_cudnn=False, zero_output_for_mask=True), FEATURES),
    "toolkit>MaxOverTime": (MaxOverTime, FEATURES),
    "toolkit>MeanOverTime": (MeanOverTime, FEATURES),
    "toolkit>Segmented": (lambda: Segmented(LSTM(3, return_sequences=True), 2), FEATURES),
    "toolkit>VariationalDropout": (lambda: VariationalDropout(0.5, seed=3), FEATURES),
    "toolkit>WordDropout": (lambda: WordDropout(0.5, unknown_id=2, seed=3), TOKENS),
}
