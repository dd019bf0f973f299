"""A short answer to a question about an image: an LSTM over the question looks at the image in several hops.

    toolkit train visual_question_answering                  # pictures of coloured shapes, in minutes on two cores
    toolkit train visual_question_answering --preset full --data train=CLEVR_train_questions.json,test=CLEVR_val_questions.json

The data, unless `--data` says otherwise, are the pictures of the PyPI package `easy-vqa`. With `--data` it reads tables, and the
questions of VQA and CLEVR.

The model: convolutions over the image; an LSTM over the question; attention from one to the other, hop by hop; their product → one of
the most frequent answers.
"""

from dataclasses import dataclass, replace

import toolkit
from toolkit.cells import CellName
from toolkit.tasks.settings import at_least, check_cell
from toolkit.tasks.visual_question_answering.settings import VisualQuestionSettings


@dataclass(frozen=True, kw_only=True)
class Settings(VisualQuestionSettings):
    """Settings of the model.

    Attributes:
        filters: features of the first of three convolutions; the next ones have two and four times as many
        embedding_dim: size of a word's vector
        units: size of the recurrent layer's state, and of what is compared with it
        attention_hops: how often the image is looked at
        dropout: dropout on the words' vectors and before the answer
        cell: the recurrent cell
        blind: whether the image is hidden from the model, which shows what the questions alone tell
    """

    filters: int = 32
    embedding_dim: int = 64
    units: int = 128
    attention_hops: int = 2
    dropout: float = 0.0
    cell: CellName = "lstm"
    blind: bool = False

    def __post_init__(self):
        super().__post_init__()
        check_cell(self)
        at_least(self, filters=1, embedding_dim=1, units=1, attention_hops=1)


def build_model(settings: Settings, data):
    """Makes the model for the data's words and answers."""
    from toolkit.models.visual_answerer import VisualAnswerer

    return VisualAnswerer(
        words=data.vocabulary.words,
        answers=data.answers,
        image_size=settings.image_size,
        filters=settings.filters,
        embedding_dim=settings.embedding_dim,
        units=settings.units,
        attention_hops=settings.attention_hops,
        dropout=settings.dropout,
        cell=settings.cell,
        blind=settings.blind,
    )


QUICK = Settings(minutes=5, epochs=20, learning_rate=2e-3, average_epochs=5)
FULL = replace(QUICK, minutes=60, epochs=30, filters=48, units=256, embedding_dim=128, image_size=96, dropout=0.2, patience=5)

RECIPE = toolkit.Recipe(
    name="visual_question_answering",
    summary="answer questions about images: convolutions, LSTM and stacked attention, many-to-one",
    task="visual_question_answering",
    presets={"quick": QUICK, "full": FULL},
    build_model=build_model,
    fixed=("filters", "embedding_dim", "units", "attention_hops", "cell", "blind"),
)

if __name__ == "__main__":
    toolkit.run_recipe(RECIPE)
