"""The model that is trained, and where its weights start."""

import dataclasses
from typing import NamedTuple

import numpy as np

from benchmarks.contenders.rows import matrix, recurrent_weights


@dataclasses.dataclass(frozen=True, kw_only=True)
class Setting:
    """An encoder-decoder with dot attention after the decoder.

    Attributes:
        vocabulary_size: Token ids of both languages.
        embedding_dim: Size of the embedding, which is the output's matrix too.
        units: Size of the decoder's state, and of both directions of the encoder together.
        encoder_layers: Layers of the encoder, each in both directions.
        decoder_layers: Layers of the decoder.
        cell: `"lstm"`; any cell where all are of ours.
        learning_rate: Of Adam.
        global_clipnorm: Largest norm of all gradients together.
    """

    vocabulary_size: int
    embedding_dim: int = 160
    units: int = 256
    encoder_layers: int = 2
    decoder_layers: int = 2
    cell: str = "lstm"
    learning_rate: float = 1e-3
    global_clipnorm: float = 1.0


class Weights(NamedTuple):
    """The arrays of the model, in the shapes and gate order of Keras.

    Attributes:
        embedding: `[vocabulary_size, embedding_dim]`.
        encoder: By layer: kernel, recurrent kernel and bias, first of the direction forwards.
        decoder: By layer: kernel, recurrent kernel and bias.
        bridges: For h and c of each layer of the decoder: kernel and bias of what gives its start.
        output: `[2 * units, embedding_dim]`.
        output_bias: `[vocabulary_size]`.
    """

    embedding: np.ndarray
    encoder: list[list[np.ndarray]]
    decoder: list[list[np.ndarray]]
    bridges: list[list[np.ndarray]]
    output: np.ndarray
    output_bias: np.ndarray


def make_weights(setting: Setting, seed: int = 0) -> Weights:
    """Draws the weights of the model with LSTM."""
    random = np.random.default_rng(seed)
    units, embedded = setting.units, setting.embedding_dim
    sizes = [embedded, *[units] * (setting.encoder_layers - 1)]
    encoder = [[array for _ in range(2) for array in recurrent_weights("lstm", size, units // 2, random)] for size in sizes]
    sizes = [embedded, *[units] * (setting.decoder_layers - 1)]
    return Weights(
        embedding=random.normal(scale=embedded**-0.5, size=(setting.vocabulary_size, embedded)).astype("float32"),
        encoder=encoder,
        decoder=[recurrent_weights("lstm", size, units, random) for size in sizes],
        bridges=[[matrix(units, units, random), np.zeros(units, "float32")] for _ in range(2 * setting.decoder_layers)],
        output=matrix(2 * units, embedded, random),
        output_bias=np.zeros(setting.vocabulary_size, "float32"),
    )


def count_parameters(weights: Weights) -> int:
    """Returns the number of trained parameters."""
    layers = [array for part in (weights.encoder, weights.decoder, weights.bridges) for layer in part for array in layer]
    return sum(array.size for array in (weights.embedding, *layers, weights.output, weights.output_bias))
