"""Settings of questions about images. No TensorFlow here: `--help` reads this file."""

from dataclasses import dataclass
from typing import ClassVar

from toolkit.data.reading.reading import READING_OPTIONS
from toolkit.tasks.settings import FileSettings, TrainingSettings, at_least


@dataclass(frozen=True, kw_only=True)
class VisualQuestionSettings(FileSettings, TrainingSettings):
    """Where questions, answers and images come from, and how they are batched.

    Attributes:
        data: table, CLEVR's JSON, or train=QUESTIONS,ANNOTATIONS as VQA has them, also a file per split; nothing for easy-vqa
        images: folder of the images, and of folders of them; nothing for that of the questions
        image_column: column of the image's file, by its name or its number
        question_column: column of the question, likewise
        answer_column: column of the answer, likewise
        held_out_questions: per cent of the different questions that training never sees; nothing for 5 of easy-vqa and 0 of other data
        image_size: side of the square that each image is stretched to
        answer_count: different answers that can be given, at most: the most frequent ones
        vocabulary_size: different words that are known, at most: the most frequent ones
        word_count: times that a word occurs in training before it is known
        max_length: words that are read of a question while training; a longer one loses its middle
        questions_at_once: questions about an image that share one encoding of it
        batch_size: images in a batch
    """

    measure_options: ClassVar[tuple[str, ...]] = (
        "data", "images", "image_column", "question_column", "answer_column", *READING_OPTIONS,
    )  # fmt: skip
    """Settings that other data may be measured with."""

    fixed: ClassVar[tuple[str, ...]] = ("image_size", "answer_count", "vocabulary_size", "word_count")
    """Settings that a training that goes on from a finished run cannot change, whatever the model."""

    data: str | None = None
    images: str | None = None
    image_column: str | None = None
    question_column: str | None = None
    answer_column: str | None = None
    held_out_questions: int | None = None
    image_size: int = 64
    answer_count: int = 1000
    vocabulary_size: int = 10000
    word_count: int = 1
    max_length: int = 32
    questions_at_once: int = 12
    batch_size: int = 32
    global_clipnorm: float | None = 5.0

    def __post_init__(self):
        FileSettings.__post_init__(self)
        TrainingSettings.__post_init__(self)
        at_least(self, held_out_questions=0, image_size=16, answer_count=2, vocabulary_size=1, word_count=1, max_length=2)
        at_least(self, questions_at_once=1, batch_size=1)
