"""How to make one of each registered layer, and what to call it on."""

import keras
import numpy as np

from toolkit.layers import (
    GRU,
    LSTM,
    RNN,
    Attention,
    AttentionDecoder,
    AttentionOverTime,
    Bidirectional,
    CropMiddle,
    Fusion,
    MaxOverTime,
    MeanOverTime,
    NgramLogits,
    Segmented,
    SimpleRNN,
    VariationalDropout,
    WordDropout,
)

TOKENS = np.array([[4, 5, 6, 0], [7, 8, 9, 3]], "int32")
FEATURES = np.random.default_rng(0).normal(size=(2, 4, 3)).astype("float32")


def fusion():
    features = keras.Input((3,))
    return keras.Model(features, Fusion()([keras.layers.Dense(3)(features), features]))  # the second is not trained


def ngram_logits():
    """As nothing in the layer learns by gradient descent, something beside it does."""
    tokens = keras.Input((None,), dtype="int32")
    embedded = keras.layers.Embedding(10, 2)(tokens)
    return keras.Model(tokens, NgramLogits(10, 2, order=3, buckets=7)(tokens) + keras.layers.GlobalAveragePooling1D()(embedded))


def crop_middle():
    tokens = keras.Input((None,), dtype="int32")
    embedded = keras.layers.Embedding(10, 2)(CropMiddle(3)(tokens))
    return keras.Model(tokens, embedded)


def attention_decoder():
    sequences = keras.Input((None, 3))
    memory = keras.layers.Masking()(sequences)  # its mask becomes the argument `memory_mask`
    return keras.Model(sequences, AttentionDecoder(keras.layers.GRUCell(3), 2)(sequences, memory))


def attention():
    sequences = keras.Input((None, 3))
    return keras.Model(sequences, Attention("additive", 2)(sequences, sequences)[0])


EXAMPLES = {
    "toolkit>Attention": (attention, FEATURES),
    "toolkit>AttentionDecoder": (attention_decoder, FEATURES),
    "toolkit>AttentionOverTime": (lambda: AttentionOverTime(3), FEATURES),
    "toolkit>Bidirectional": (lambda: Bidirectional(LSTM(3), merge_mode="sum"), FEATURES),
    "toolkit>CropMiddle": (crop_middle, TOKENS),
    "toolkit>GRU": (lambda: GRU(3, return_sequences=True, zoneout=0.1, reset_after=False, learned_initial_state=True), FEATURES),
    "toolkit>LSTM": (lambda: LSTM(3, return_sequences=True, dropout=0.1, use_cudnn=False, zoneout=(0.1, 0.2), forget_bias=2.0), FEATURES),
    "toolkit>Fusion": (fusion, FEATURES[:, 0]),
    "toolkit>MaxOverTime": (MaxOverTime, FEATURES),
    "toolkit>NgramLogits": (ngram_logits, TOKENS),
    "toolkit>MeanOverTime": (MeanOverTime, FEATURES),
    "toolkit>RNN": (lambda: RNN([keras.layers.LSTMCell(2), keras.layers.GRUCell(3)], return_sequences=True), FEATURES),
    "toolkit>Segmented": (lambda: Segmented(LSTM(3, return_sequences=True), 2), FEATURES),
    "toolkit>SimpleRNN": (lambda: SimpleRNN(3, weight_drop=0.1, zero_output_for_mask=True, activation="relu"), FEATURES),
    "toolkit>VariationalDropout": (lambda: VariationalDropout(0.5, seed=3), FEATURES),
    "toolkit>WordDropout": (lambda: WordDropout(0.5, unknown_id=2, seed=3), TOKENS),
}
