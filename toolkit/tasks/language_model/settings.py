"""Settings of running text. No TensorFlow here: `--help` reads this file."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar, Literal

from toolkit.data.reading.reading import READING_OPTIONS
from toolkit.tasks.option import Option
from toolkit.tasks.settings import TOKENIZER, FileSettings, TrainingSettings, at_least


@dataclass(frozen=True, kw_only=True)
class TextSettings(FileSettings, TrainingSettings):
    """Where texts come from, how they become tokens, and how these are cut into windows.

    Attributes:
        data: file, folder, TFDS name, or `train=FILE,validation=FILE,test=FILE`; nothing for the reviews that the `examples` extra brings
        data_dir: where TFDS keeps its data sets
        text_column: column, by its name or its number, or feature of the text
        documents: whether a plain file is one continuous text, or each of its lines a document
        tokenizer: kind of tokenizer to train on the training texts
        tokenizer_model: SentencePiece .model file to use instead
        most_characters: characters of the training texts, taken evenly from all; nothing for as many as there is time for
        vocabulary_size: number of token ids; nothing for what suits the texts; char takes all characters there are
        batch_size: texts that are read side by side; nothing for what suits them
        window: tokens through which the gradient goes back
        epochs: passes over the training texts, at most; nothing for as many as suit them
        tokens_per_epoch: training tokens of an epoch, other ones in each; nothing for all
        validation_tokens: validation tokens that are read after an epoch; nothing for at most 100,000
    """

    columns: ClassVar[tuple[str, ...]] = ("data_dir", "text_column", "documents")
    measure_options: ClassVar[tuple[str, ...]] = ("data", *columns, *READING_OPTIONS)
    """Settings that other data may be measured with."""

    ways_to_measure: ClassVar[Mapping[str, Option]] = {
        "dynamic": Option(bool, "dynamic evaluation besides: the weights follow the text, each part of which is predicted first"),
        "cache": Option(int, "a neural cache besides: what came after similar words, of the last N tokens, is probable to come again"),
    }
    """Results of models that go on learning; they stand beside the static one."""

    prepare_options: ClassVar[tuple[str, ...]] = (*measure_options, *TOKENIZER, "tokenizer_model", "most_characters")
    """Settings that prepared data hang on."""

    fixed: ClassVar[tuple[str, ...]] = TOKENIZER
    """Settings that a training that goes on from a finished run cannot change, whatever the model."""

    data: str | None = None
    data_dir: str | None = None
    text_column: str | None = None
    documents: Literal["file", "line"] = "file"
    tokenizer: Literal["bpe", "unigram", "char", "word"] = "bpe"
    tokenizer_model: str | None = None
    most_characters: int | None = None
    vocabulary_size: int | None = None
    batch_size: int | None = None
    window: int = 64
    epochs: int | None = None
    tokens_per_epoch: int | None = None
    validation_tokens: int | None = None
    global_clipnorm: float | None = 1.0
    monitor: Literal["loss", "accuracy"] = "loss"

    def __post_init__(self):
        FileSettings.__post_init__(self)
        TrainingSettings.__post_init__(self)
        at_least(self, most_characters=1, vocabulary_size=1, batch_size=1, window=2, tokens_per_epoch=1, validation_tokens=1)
