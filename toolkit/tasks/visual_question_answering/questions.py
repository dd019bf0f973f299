"""From the data settings of a recipe to images, words and answers, with the report kept in the run folder."""

import functools
import hashlib
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

import numpy as np
import tensorflow as tf

from toolkit.data.batching.batch_plan import BatchPlan, length_boundaries
from toolkit.data.batching.crop import crop
from toolkit.data.images.image_batches import ImageBatches
from toolkit.data.reading.reading import Reading
from toolkit.errors import UserError
from toolkit.models import load_model
from toolkit.run_folder import RunFolder
from toolkit.tasks.data_report import fingerprint, keep_report
from toolkit.tasks.visual_question_answering.corpus import VisualCorpus, read_visual
from toolkit.tasks.visual_question_answering.files import Form, Question
from toolkit.tasks.visual_question_answering.settings import VisualQuestionSettings
from toolkit.text.words import Vocabulary


@dataclass(frozen=True)
class VisualQuestions:
    """What a model trains on.

    Attributes:
        corpus: Questions and images by split.
        vocabulary: The words that are known.
        answers: The answers that can be given, in the order of their numbers.
    """

    corpus: VisualCorpus
    vocabulary: Vocabulary
    answers: list[str]

    @functools.cached_property
    def pixels(self) -> tf.Tensor:
        """The images of all splits, uint8 `[images, size, size, 3]`."""
        return tf.constant(self.corpus.images.pixels)

    def batches(self, split: str, *, max_length: int, questions_at_once: int, batch_size: int, seed: int, replicas: int) -> ImageBatches:
        """Returns the batches of a split, without the questions whose answers cannot be given; those of `"train"` are shuffled.

        Raises:
            UserError: No question is left.
        """
        numbers = {answer: number for number, answer in enumerate(self.answers)}
        known = [question for question in self.corpus.splits[split] if question.answer in numbers]
        if not known:
            raise UserError(
                f"{self.corpus.report.name}: expected answers of {split} that can be given, found none; give more --answer-count"
            )
        groups = list(grouped(known, questions_at_once))
        encoded = [[crop(self.vocabulary.encode(question.text), max_length) for question in group] for group in groups]
        lengths = [max(map(len, rows)) for rows in encoded]
        tokens = np.zeros((len(groups), questions_at_once, max(lengths)), np.int32)
        labels, weights = (np.zeros(tokens.shape[:2], kind) for kind in (np.int32, np.float32))
        for place, (group, rows) in enumerate(zip(groups, encoded, strict=True)):
            for column, (question, row) in enumerate(zip(group, rows, strict=True)):
                tokens[place, column, : len(row)] = row
                labels[place, column], weights[place, column] = numbers[question.answer], 1
        plan = BatchPlan(
            lengths,
            length_boundaries(max(lengths)),
            rows_per_batch=batch_size,
            seed=seed,
            shuffle=split == "train",
            multiple_of=replicas,
        )
        images = np.array([self.corpus.images.rows[group[0].image] for group in groups], np.int32)
        return ImageBatches(self.pixels, images, tokens, labels, weights, plan)


def grouped(questions: Sequence[Question], most: int) -> Iterator[list[Question]]:
    """Yields the questions about each image, at most so many at once."""
    by_image: dict = {}
    for question in questions:
        by_image.setdefault(question.image, []).append(question)
    for about in by_image.values():
        yield from (about[start : start + most] for start in range(0, len(about), most))


def form_of(settings: VisualQuestionSettings, given: Mapping[str, Any] = MappingProxyType({})) -> Form:
    """Returns how files are read, as the settings say, or what is given in their place."""
    names = ("images", "image_column", "question_column", "answer_column")
    return Form(*(given.get(name) or getattr(settings, name) for name in names), Reading.of(settings, given))


def read_visual_questions(settings: VisualQuestionSettings, run: RunFolder) -> VisualQuestions:
    """Reads questions and images, and finds words and answers in those to train on.

    Args:
        settings: Where they come from.
        run: The run folder.

    Raises:
        UserError: The data cannot be read, or have changed since the run was started.
    """
    corpus = read_visual(settings.data, form_of(settings), settings.image_size, settings.held_out_questions)
    train = corpus.splits["train"]
    if settings.continue_from:
        trained = load_model(RunFolder(settings.continue_from).model)
        vocabulary, answers = Vocabulary(trained.words), list(trained.answers)
    else:
        texts = (question.text for question in train)
        vocabulary = Vocabulary.of_texts(texts, settings.vocabulary_size, settings.word_count)
        counts = Counter(question.answer for question in train)
        answers = sorted(counts, key=lambda answer: (-counts[answer], answer))[: settings.answer_count]
    for split, questions in corpus.splits.items():
        if unknown := sum(question.answer not in {*answers} for question in questions):
            corpus.report.splits[split].noted["with answers that cannot be given"] = unknown
    keep_report(corpus.report, {split: _fingerprint(corpus, questions) for split, questions in corpus.splits.items()}, run)
    return VisualQuestions(corpus, vocabulary, answers)


def _fingerprint(corpus: VisualCorpus, questions: Sequence[Question]) -> str:
    rows = [corpus.images.rows[question.image] for question in questions]
    pixels = hashlib.sha256(corpus.images.pixels[sorted(set(rows))].tobytes()).digest()
    return fingerprint([question.text for question in questions], [question.answer for question in questions], map(str, rows), start=pixels)
