"""How to make one of each of the layers around recurrent layers, and what to call it on."""

import numpy as np

from toolkit.layers import GRU, LSTM, ActivityPenalty, Bidirectional, RecurrentStack, TruncatedBPTT

FEATURES = np.random.default_rng(0).normal(size=(2, 4, 3)).astype("float32")


def _stack():
    layers = [LSTM(4, return_sequences=True), Bidirectional(GRU(2, return_sequences=True)), TruncatedBPTT(GRU(4, return_sequences=True), 3)]
    return RecurrentStack(layers, connection="highway", dropout=0.1, seed=3, transform_bias=-2.0)


EXAMPLES = {
    "toolkit>ActivityPenalty": (lambda: ActivityPenalty(activity=2.0, temporal_activity=1.0), FEATURES),
    "toolkit>RecurrentStack": (_stack, FEATURES),
    "toolkit>TruncatedBPTT": (lambda: TruncatedBPTT(LSTM(3, return_sequences=True), 3), FEATURES),
}
