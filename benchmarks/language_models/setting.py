"""The model that is trained, on windows of which size, and where its weights start."""

import dataclasses
from typing import NamedTuple

import numpy as np

from benchmarks.contenders.rows import GATES, matrix, recurrent_weights


@dataclasses.dataclass(frozen=True, kw_only=True)
class Setting:
    """A language model and its batches.

    Attributes:
        vocabulary_size: Token ids.
        embedding_dim: Size of a token's vector.
        units: Units of each layer; with `tied_output` the last one has `embedding_dim`.
        num_layers: Number of layers.
        cell: `"lstm"` or `"gru"`; any cell where all are of ours.
        tied_output: Whether the output's matrix is the embedding.
        rows: Texts that are read side by side.
        window: Tokens through which the gradient goes back.
        learning_rate: Of Adam.
        global_clipnorm: Largest norm of all gradients together.
    """

    vocabulary_size: int
    embedding_dim: int
    units: int
    num_layers: int
    cell: str
    tied_output: bool
    rows: int
    window: int
    learning_rate: float = 1e-3
    global_clipnorm: float = 1.0

    @property
    def layers(self) -> list[tuple[int, int]]:
        """Size of an input, and units, of each layer."""
        last = self.embedding_dim if self.tied_output else self.units
        units = [*[self.units] * (self.num_layers - 1), last]
        return list(zip([self.embedding_dim, *units], units, strict=False))

    @property
    def features(self) -> int:
        """Size of what the output is made of."""
        return self.layers[-1][1]

    @property
    def what(self) -> str:
        """The setting in words."""
        sizes = " → ".join(str(size) for size in [self.embedding_dim, *(units for _, units in self.layers)])
        tied = ", tied output" if self.tied_output else ""
        return f"{self.cell.upper()}, {self.vocabulary_size:,} tokens → {sizes}{tied}, {self.rows} windows of {self.window}"


class Weights(NamedTuple):
    """The arrays of the model, in the shapes and gate order of Keras.

    Attributes:
        embedding: `[vocabulary_size, embedding_dim]`.
        layers: By layer: kernel, recurrent kernel and bias; nothing for a cell that only we have, whose layers keep what they start with.
        output: `[vocabulary_size, features]`; the embedding itself with `tied_output`.
        output_bias: `[vocabulary_size]`.
    """

    embedding: np.ndarray
    layers: list[list[np.ndarray]]
    output: np.ndarray
    output_bias: np.ndarray


def make_weights(setting: Setting, seed: int = 0) -> Weights:
    """Draws the weights."""
    random = np.random.default_rng(seed)
    size, embedded = setting.vocabulary_size, setting.embedding_dim
    embedding = random.normal(scale=embedded**-0.5, size=(size, embedded)).astype("float32")
    known = setting.layers if setting.cell in GATES else []
    layers = [recurrent_weights(setting.cell, features, units, random) for features, units in known]
    output = embedding if setting.tied_output else matrix(size, setting.features, random)
    return Weights(embedding, layers, output, np.zeros(size, "float32"))


def count_parameters(weights: Weights) -> int:
    """Returns the number of trained parameters."""
    arrays = [weights.embedding, *(array for layer in weights.layers for array in layer), weights.output_bias]
    return sum(array.size for array in arrays) + (0 if weights.output is weights.embedding else weights.output.size)
