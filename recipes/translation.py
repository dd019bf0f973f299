"""Translation: an encoder reads a sentence, a decoder with attention writes it in another language (sequence to sequence).

    toolkit train translation                                     # quick: the embedded English-French phrasebook, in minutes
    toolkit train translation --preset full --data train=train.en,train.de,...   # real sentences, within two hours

Quick learns `phrasebook`, a synthetic set from a grammar: it shows that the model learns to reorder and to agree, and needs no download.
Full is made for sets such as Multi30k, some ten thousands of short sentences. What each scores, and in how many minutes, is in
docs/results.md, a table made from stored run records.

The model: embedding → bidirectional LSTM layers → bridge → LSTM layers → attention → output tied to the embedding.
"""

from dataclasses import dataclass, replace
from typing import Literal

import toolkit
from toolkit.cells import CellName
from toolkit.tasks.settings import at_least, check_cell
from toolkit.tasks.translation.settings import ParallelTextSettings


@dataclass(frozen=True, kw_only=True)
class Settings(ParallelTextSettings):
    """Settings of the translator.

    Attributes:
        embedding_dim: size of a token's vector
        units: units of the decoder's layers, and of both directions of the encoder's together
        encoder_layers: 1 to 8
        decoder_layers: 1 to 8; from the third layer on there is a residual connection around each
        cell: the recurrent cell
        encoder_cell: that of the encoder; nothing for the same one
        bidirectional: whether the encoder reads in both directions
        reversed_source: whether the encoder reads the source from its end
        attention: how the decoder's outputs are compared with the encoder's
        input_feeding: whether the decoder reads what attention gave at the step before; slower
        bridge: what the decoder starts from: a layer over the mean of the encoder's outputs, or zeros
        tied_output: whether the output is the target's embedding
        word_dropout: share of the source tokens replaced by the unknown token while training; nothing for what suits the pairs
        dropout: variational dropout on embedded tokens, between layers and before the output; nothing for what suits the pairs
        recurrent_dropout: variational dropout on the outputs that a layer reads of itself
        label_smoothing: share of the target distribution spread over all tokens
        scheduled_sampling: share of the target tokens that are the model's own while training
        beam_width: hypotheses kept at each step of the search
        length_penalty: how far the search favours long translations
        coverage_penalty: how far it favours those that look at the whole source
    """

    embedding_dim: int = 128
    units: int = 256
    encoder_layers: int = 2
    decoder_layers: int = 2
    cell: CellName = "lstm"
    encoder_cell: CellName | None = None
    bidirectional: bool = True
    reversed_source: bool = False
    attention: Literal["none", "dot", "general", "scaled", "additive"] = "dot"
    input_feeding: bool = False
    bridge: Literal["dense", "zero"] = "dense"
    tied_output: bool = True
    word_dropout: float | None = None
    dropout: float | None = None
    recurrent_dropout: float = 0.0
    label_smoothing: float = 0.1
    scheduled_sampling: float = 0.0
    beam_width: int = 5
    length_penalty: float = 1.0
    coverage_penalty: float = 0.0

    def __post_init__(self):
        super().__post_init__()
        check_cell(self, "recurrent_dropout", "input_feeding")
        if self.encoder_cell is not None:
            check_cell(self, "recurrent_dropout", of="encoder_cell")
        at_least(self, beam_width=1, length_penalty=0, coverage_penalty=0)


def build_model(settings: Settings, data):
    """Makes the translator for the data's vocabularies."""
    s = settings
    model = toolkit.Translator(
        vocabulary_size=data.source_tokenizer.vocabulary_size,
        target_vocabulary_size=None if data.shares_vocabulary else data.target_tokenizer.vocabulary_size,
        embedding_dim=s.embedding_dim,
        units=s.units,
        encoder_layers=s.encoder_layers,
        decoder_layers=s.decoder_layers,
        cell=s.cell,
        encoder_cell=s.encoder_cell,
        bidirectional=s.bidirectional,
        reversed_source=s.reversed_source,
        attention=s.attention,
        input_feeding=s.input_feeding,
        bridge=s.bridge,
        tied_output=s.tied_output,
        word_dropout=s.word_dropout or 0.0,
        dropout=s.dropout or 0.0,
        recurrent_dropout=s.recurrent_dropout,
        scheduled_sampling=s.scheduled_sampling,
    )
    model.build(None)
    return model


QUICK = Settings(minutes=5, learning_rate=3e-3, encoder_cell="sru")  # it learns more in few minutes (docs/cell_speed.md)
FULL = replace(
    QUICK,
    minutes=120,
    patience=8,
    learning_rate=2e-3,
    embedding_dim=256,
    units=512,
    encoder_cell=None,
    encoder_layers=1,  # for small sets one wide layer with much dropout is better than several (Sennrich & Zhang 2019)
    decoder_layers=1,
    average_epochs=5,
    length_penalty=1.4,
)

RECIPE = toolkit.Recipe(
    name="translation",
    summary="translate a sentence: encoder-decoder with attention, sequence to sequence",
    task="translation",
    presets={"quick": QUICK, "full": FULL},
    build_model=build_model,
    fixed=(
        *("embedding_dim", "units", "encoder_layers", "decoder_layers", "cell", "encoder_cell", "bidirectional"),
        *("reversed_source", "attention", "input_feeding", "bridge", "tied_output"),
    ),
)

if __name__ == "__main__":
    toolkit.run_recipe(RECIPE)
