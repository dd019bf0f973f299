"""Settings of tagged sentences. No TensorFlow here: `--help` reads this file."""

from dataclasses import dataclass
from typing import ClassVar, Literal

from toolkit.data.reading.reading import Reading
from toolkit.tasks.settings import DistillationSettings, TrainingSettings, at_least


@dataclass(frozen=True, kw_only=True)
class TaggedSentenceSettings(DistillationSettings, TrainingSettings):
    """Where tagged sentences come from, how their words become numbers, and how these are batched.

    Attributes:
        data: file of columns or JSON lines, or `train=FILE,validation=FILE,test=FILE`; nothing for the reviews of the `examples` extra
        token_column: column of the words, by its number or, in CoNLL-U, its name; of JSON the key
        tag_column: column of the tags, likewise; nothing for the last one, and in CoNLL-U upos
        scheme: how the tags mark chunks: iob1, iob2 or iobes; nothing for the one that allows all of them
        encoding: of files that are not UTF-8 and have no byte order mark, such as latin-1 or cp1252
        reviews: reviews that the default data are made of; nothing for all
        vocabulary_size: different words and characters that are known, at most so many of both, the most frequent ones
        word_count: times that a word or a character occurs in training before it is known
        word_length: characters that are read of a word; a longer one loses its middle
        max_length: words that are read at once while training; a longer text is cut into parts
        batch_size: sentences, or parts of them, in a batch
    """

    measure_options: ClassVar[tuple[str, ...]] = ("data", "token_column", "tag_column", "scheme", "encoding")
    """Settings that other data may be measured with."""

    fixed: ClassVar[tuple[str, ...]] = ("vocabulary_size", "word_count", "word_length")
    """Settings that a training that goes on from a finished run cannot change, whatever the model."""

    data: str | None = None
    token_column: str | None = None
    tag_column: str | None = None
    scheme: Literal["iob1", "iob2", "iobes"] | None = None
    encoding: str | None = None
    reviews: int | None = None
    vocabulary_size: int = 20000
    word_count: int = 2
    word_length: int = 16
    max_length: int = 64
    batch_size: int = 32
    global_clipnorm: float | None = 5.0
    monitor: Literal["score", "accuracy", "loss"] = "score"

    def __post_init__(self):
        TrainingSettings.__post_init__(self)
        Reading(encoding=self.encoding)  # refuses what it does not know
        at_least(self, vocabulary_size=1, word_count=1, word_length=2, max_length=1, batch_size=1, reviews=100)
