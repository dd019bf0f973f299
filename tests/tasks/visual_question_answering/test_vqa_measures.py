"""How good answers are."""

from pathlib import Path

import pytest

from toolkit.tasks.visual_question_answering.files import Question
from toolkit.tasks.visual_question_answering.measures import AnswerResult, Prior, agreement, evaluate_answers
from toolkit.text.words import Vocabulary, words_of


def question(text, answer, image="a.png", answers=()):
    return Question(text, answer, Path(image), answers)


TRAIN = [question("what color?", "red"), question("what color?", "red"), question("what color?", "blue"), question("is it?", "yes")]


def test_shares_of_all_and_of_the_unseen():
    rows = [("What color", "red"), ("is it?", "no", "b.png"), ("what shape?", "red", "b.png"), ("how?", "x")]
    asked = [question(*row) for row in rows]
    result = evaluate_answers(asked, ["red", "no", "blue", "x"], Prior(TRAIN))
    assert (result.questions, result.images, result.accuracy) == (4, 2, 0.75)
    assert (result.unseen_questions, result.unseen_accuracy) == (2, 0.5)
    assert result.question_alone == 0.5  # "red" to the first, and as the most frequent of all to the third
    assert result.kinds["what color"] == {"accuracy": 1.0, "questions": 1}
    assert AnswerResult.from_dict(result.as_dict()) == result
    assert "75.00% of 4 questions about 2 images" in str(result)


def test_without_training_questions_nothing_is_said_of_them():
    result = evaluate_answers(TRAIN, ["red"] * 4)
    assert (result.question_alone, result.unseen_questions, result.unseen_accuracy) == (None, None, None)


@pytest.mark.parametrize(("same", "expected"), [(0, 0.0), (1, 0.3), (2, 0.6), (3, 0.9), (4, 1.0), (10, 1.0)])
def test_agreement_is_that_of_vqa(same, expected):
    """Over all ten subsets of nine people: with n of ten the same, n subsets have n - 1 of them."""
    assert agreement(["a"] * same + ["b"] * (10 - same), "a") == pytest.approx(expected)


def test_where_several_people_answered_their_agreement_is_measured():
    asked = [question("what?", "a", answers=("a",) * 10), question("what?", "a", answers=("a",) * 9 + ("b",))]
    assert evaluate_answers(asked, ["a", "b"]).vqa_accuracy == pytest.approx((1 + 0.3) / 2)


@pytest.mark.parametrize("answers", [[], ["a"]])
def test_as_many_answers_as_questions(answers):
    with pytest.raises(ValueError, match="must have the same length"):
        evaluate_answers(TRAIN, answers)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Is there a RED circle?", ["is", "there", "a", "red", "circle"]),
        ("what's this,that", ["what's", "this", "that"]),
        ("", []),
        (" ?! ", []),
        ("caf\u00e9\u00a0bar", ["caf\u00e9\u00a0bar"]),
    ],
)
def test_words(text, words):
    assert words_of(text) == words


def test_numbers_of_words():
    vocabulary = Vocabulary.of_texts(["is it red?", "is it blue?"], size=3, least=1)
    assert vocabulary.words == ["is", "it", "blue"]
    assert vocabulary.padded(["It is GREEN", "", "blue"]).tolist() == [[3, 2, 1], [0, 0, 0], [4, 0, 0]]
