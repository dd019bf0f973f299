"""Batches of images with the questions about them."""

from pathlib import Path

import numpy as np
import pytest

from toolkit.data.images.image_set import ImageSet
from toolkit.data.splits.report import Report
from toolkit.errors import UserError
from toolkit.tasks.visual_question_answering.corpus import VisualCorpus
from toolkit.tasks.visual_question_answering.files import Question
from toolkit.tasks.visual_question_answering.questions import VisualQuestions, grouped
from toolkit.text.words import Vocabulary

PATHS = [Path(f"{number}.png") for number in range(3)]
QUESTIONS = [
    *(Question(text, answer, PATHS[0]) for text, answer in (("is it", "yes"), ("is it red", "no"), ("it", "yes"))),
    Question("red", "maybe", PATHS[1]),
    Question("is", "no", PATHS[2]),
]


@pytest.fixture
def data():
    pixels = np.arange(3, dtype=np.uint8)[:, np.newaxis, np.newaxis, np.newaxis] * np.ones((1, 4, 4, 3), np.uint8)
    images = ImageSet(pixels, {path: row for row, path in enumerate(PATHS)}, {})
    corpus = VisualCorpus({"train": QUESTIONS, "validation": [QUESTIONS[3]]}, images, Report("set"))
    return VisualQuestions(corpus, Vocabulary(["is", "it", "red"]), ["yes", "no"])


def batches_of(data, split="train", **changes):
    options = {"max_length": 8, "questions_at_once": 2, "batch_size": 2, "seed": 0, "replicas": 1, **changes}
    return data.batches(split, **options)


def test_questions_are_grouped_by_their_image():
    assert [len(group) for group in grouped(QUESTIONS, 2)] == [2, 1, 1, 1]
    assert [len(group) for group in grouped(QUESTIONS, 9)] == [3, 1, 1]


def test_each_question_is_in_an_epoch_once_with_its_image_and_answer(data):
    batches = batches_of(data)
    assert batches.steps(0) == 2
    found = []
    for inputs, labels, weights in batches.batches(0):
        assert inputs["images"].shape == (2, 4, 4, 3)
        for place, column in np.argwhere(weights.numpy() > 0):
            tokens = inputs["tokens"][place, column].numpy()
            found.append((float(inputs["images"][place, 0, 0, 0]), tuple(tokens[tokens > 0]), int(labels[place, column])))
    assert sorted(found) == [(0.0, (2, 3), 0), (0.0, (2, 3, 4), 1), (0.0, (3,), 0), (2.0, (2,), 1)]  # no "maybe", which cannot be given


def test_rows_of_filler_show_images_and_count_nothing(data):
    batches = batches_of(data, batch_size=8)
    [(inputs, _, weights)] = batches.batches(0)
    assert float(weights.numpy().sum()) == 4
    assert inputs["images"].shape[0] == 8
    assert len(np.unique(inputs["images"][3:, 0, 0, 0])) > 1


def test_a_long_question_loses_its_middle(data):
    [(inputs, _, _)] = batches_of(data, max_length=2, batch_size=8).batches(0)
    assert inputs["tokens"].shape == (8, 2, 2)
    assert [2, 4] in inputs["tokens"].numpy().reshape(-1, 2).tolist()


def test_a_split_without_answers_that_can_be_given_is_refused(data):
    with pytest.raises(UserError, match=r"^set: expected answers of validation that can be given, found none"):
        batches_of(data, "validation")
