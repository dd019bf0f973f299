"""What the measuring of answers has seen of each question, for the report of its run."""

from collections.abc import Sequence

import numpy as np

from toolkit.data.images.decoding import to_png
from toolkit.data.images.image_set import ImageSet
from toolkit.evaluation.measured import Example, Measured, Ratio, by_length, by_name, worst_first
from toolkit.tasks.visual_question_answering.corpus import as_compared
from toolkit.tasks.visual_question_answering.files import Question
from toolkit.tasks.visual_question_answering.measures import BEGINNING, agreement

NOTE = "Questions about one image are taken as independent, so the true spread may be larger."


def measured_questions(questions: Sequence[Question], answers: Sequence[str], confidence: np.ndarray, read: ImageSet) -> Measured:
    """Returns what became of each question.

    Args:
        questions: The questions with their true answers.
        answers: What was answered.
        confidence: Its probability, `[questions]`.
        read: The pixels of the images.
    """
    right = np.array([question.answer == answer for question, answer in zip(questions, answers, strict=True)], bool)
    accuracy, words = Ratio("accuracy", right), [as_compared(question.text).split() for question in questions]
    scores = [accuracy]
    if all(len(question.answers) > 1 for question in questions):
        agreed = [agreement(question.answers, answer) for question, answer in zip(questions, answers, strict=True)]
        scores.append(Ratio("accuracy as VQA counts", np.array(agreed)))
    return Measured(
        "questions",
        scores=scores,
        slices={
            "first words": by_name(accuracy.of, [" ".join(each[:BEGINNING]) for each in words]),
            "words in the question": by_length(accuracy.of, [len(each) for each in words]),
            "true answer": by_name(accuracy.of, [question.answer for question in questions]),
        },
        worst=worst_first(confidence, ~right),
        example=lambda row: Example(questions[row].text, questions[row].answer, answers[row], confidence[row]),
        picture=lambda row: to_png(read.pixels[read.rows[questions[row].image]]),
        worst_are="wrong answers, those given with the highest probability first",
        score="probability",
        confidence=confidence,
        right=right,
        note=NOTE,
    )
