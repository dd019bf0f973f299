"""How well a language model predicts a text."""

import math
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Self

import numpy as np
import tensorflow as tf

from toolkit.models.language_model import LanguageModel
from toolkit.training.losses import sparse_cross_entropy
from toolkit.training.projection import ProjectedMeasures

LARGEST_EXPONENT = 709  # of what a float holds
WIDTH_GRID = 32  # tokens; windows of short documents are a multiple of it wide, so that few graphs are traced


@dataclass(frozen=True)
class Likelihood:
    """How probable a model finds a text.

    The ends of documents are tokens that are predicted, but no characters. So models with different tokenizers can be compared by bits per
    character and per byte, not by perplexity.

    Attributes:
        nats: Negative log-likelihood of all tokens; infinite if the model cannot write one.
        tokens: How many tokens were predicted.
        characters: Unicode characters of the text.
        bytes: Bytes of the text in UTF-8.
        unknown: How many tokens are the unknown token, each of which stands for characters that the model cannot write.
    """

    nats: float
    tokens: int
    characters: int
    bytes: int
    unknown: int = 0

    @property
    def nats_per_token(self) -> float:
        """Cross-entropy; not a number for an empty text."""
        return self.nats / self.tokens if self.tokens else math.nan

    @property
    def perplexity(self) -> float:
        """Its exponential; infinite where that is too large for a number."""
        return math.inf if self.nats_per_token > LARGEST_EXPONENT else math.exp(self.nats_per_token)

    @property
    def bits_per_character(self) -> float:
        """Bits that a compressor with this model needs for a character; not a number for an empty text."""
        return self.nats / math.log(2) / self.characters if self.characters else math.nan

    @property
    def bits_per_byte(self) -> float:
        """Bits that it needs for a byte; not a number for an empty text."""
        return self.nats / math.log(2) / self.bytes if self.bytes else math.nan

    def as_dict(self) -> dict[str, Any]:
        """Returns everything that the attributes and properties say."""
        derived = ("nats_per_token", "perplexity", "bits_per_character", "bits_per_byte")
        return asdict(self) | {name: getattr(self, name) for name in derived}

    @classmethod
    def from_dict(cls, values: dict[str, Any]) -> Self:
        """Returns what `as_dict` was made of."""
        return cls(**{name: values[name] for name in ("nats", "tokens", "characters", "bytes", "unknown")})

    def __str__(self):
        lines = [
            f"nats per token      {self.nats_per_token:8.4f}   ({self.tokens:,} tokens)",
            f"perplexity          {self.perplexity:8.2f}",
            f"bits per character  {self.bits_per_character:8.4f}   ({self.characters:,} characters)",
            f"bits per byte       {self.bits_per_byte:8.4f}   ({self.bytes:,} bytes)",
        ]
        if self.unknown:
            lines.append(f"unknown tokens      {self.unknown / self.tokens:8.2%}   (what they stand for is not measured)")
        return "\n".join(lines)


def text_nats(model: LanguageModel, documents: Sequence[np.ndarray], *, window: int = 256, rows: int = 32) -> float:
    """Returns the negative log-likelihood of documents, the state carried from the first token of each to its last.

    Args:
        model: The model.
        documents: Of each the ids that are read and predicted, `begin, y_1, ..., y_n`, the first of which is not predicted. A sequence that
            reads them from disk will do.
        window: Tokens read at once; it bounds the memory and does not change the result.
        rows: Documents read side by side.
    """
    measures = ProjectedMeasures({"loss": sparse_cross_entropy})

    @tf.function(reduce_retracing=True)
    def read(tokens, labels, state):
        features, state = model(tokens, state=state, return_features=True)
        return measures.sums(features, *model.projection, labels, tf.cast(labels > 0, tf.float32))["loss"], state

    lengths = np.array([len(document) - 1 for document in documents])
    longest_first = np.argsort(-lengths, kind="stable")  # those side by side are of like length
    nats = 0.0
    for start in range(0, len(lengths), rows):
        group = longest_first[start : start + rows]
        state = model.initial_state(len(group))
        width = min(window, WIDTH_GRID * max(1, -(-lengths[group[0]] // WIDTH_GRID)))
        for tokens, labels in _windows([documents[i] for i in group], width):
            loss, state = read(tokens, labels, state)
            nats += float(loss)
    return nats


def _windows(documents: list[np.ndarray], width: int) -> Iterator[tuple[tf.Tensor, tf.Tensor]]:
    """Yields what is read and what is predicted, `[documents, width]`, padded with 0; the first document is the longest."""
    for start in range(0, len(documents[0]) - 1, width):
        part = np.zeros((len(documents), width + 1), np.int32)
        for row, document in zip(part, documents, strict=True):
            ids = document[start : start + width + 1]
            row[: len(ids)] = ids
        read, predicted = part[:, :-1], part[:, 1:]
        yield tf.constant(np.where(predicted > 0, read, 0)), tf.constant(predicted)
