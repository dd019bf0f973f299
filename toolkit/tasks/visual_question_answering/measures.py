"""How good answers are: from true and given ones to numbers."""

import dataclasses
from collections import Counter
from collections.abc import Collection, Sequence
from typing import Any

from toolkit.data.splits.interval import wilson_interval
from toolkit.html import Shown
from toolkit.tasks.visual_question_answering.corpus import as_compared
from toolkit.tasks.visual_question_answering.files import Question

KINDS = 8  # of questions that are told apart, by their first words
OTHER = "other"
BEGINNING = 2  # words


@dataclasses.dataclass(frozen=True)
class AnswerResult(Shown):
    """What `evaluate_answers` found.

    Attributes:
        questions: Number of questions.
        images: Number of images that they are about.
        accuracy: Share of the questions with the true answer.
        vqa_accuracy: The mean agreement with all people who were asked, where there are several for each question; `None` if not.
        question_alone: Accuracy of what looks at no image: the most frequent answer that training gives to the same question, or to all
            where it has no such question; `None` where the training questions are not known.
        unseen_questions: Number of the questions that do not occur in training; `None` likewise.
        unseen_accuracy: Accuracy on those; `None` if there is none.
        kinds: By the first words of the question, `accuracy` and `questions`.
        given: How often each answer was given.
    """

    questions: int
    images: int
    accuracy: float
    vqa_accuracy: float | None
    question_alone: float | None
    unseen_questions: int | None
    unseen_accuracy: float | None
    kinds: dict[str, dict[str, float]]
    given: dict[str, int]

    def as_dict(self) -> dict[str, Any]:
        """Returns plain dicts and numbers, ready for JSON."""
        return dataclasses.asdict(self)

    @classmethod
    def from_dict(cls, values: dict[str, Any]) -> "AnswerResult":
        """Makes a result from what `as_dict` returned."""
        return cls(**values)

    def __str__(self) -> str:
        """Returns a short table for the terminal."""
        low, high = wilson_interval(self.accuracy, self.questions)
        about = f"{self.questions:,} questions about {self.images:,} images"
        lines = [f"accuracy  {self.accuracy:.2%} of {about}; 95 % interval {low:.2%} to {high:.2%}"]
        if self.vqa_accuracy is not None:
            lines.append(f"          {self.vqa_accuracy:.2%} as VQA counts, by how many people agree")
        if self.unseen_accuracy is not None:
            lines.append(f"          {self.unseen_accuracy:.2%} of {self.unseen_questions:,} questions that do not occur in training")
        if self.question_alone is not None:
            lines.append(f"          {self.question_alone:.2%} is what the question alone gives, without the image")
        width = max(map(len, self.kinds))
        lines += [f"  {name:<{width}}  {row['accuracy']:>7.2%}  {row['questions']:>7,}" for name, row in self.kinds.items()]
        return "\n".join(lines)


class Prior:
    """What the questions alone tell: the most frequent answer to each in training.

    Args:
        questions: Those of training.
    """

    def __init__(self, questions: Sequence[Question]):
        counts: dict[str, Counter] = {}
        for question in questions:
            counts.setdefault(as_compared(question.text), Counter())[question.answer] += 1
        self.known: Collection[str] = counts.keys()
        self._answers = {text: found.most_common(1)[0][0] for text, found in counts.items()}
        self._otherwise = Counter(question.answer for question in questions).most_common(1)[0][0]

    def answer(self, text: str) -> str:
        """Returns the answer to a question."""
        return self._answers.get(as_compared(text), self._otherwise)


def evaluate_answers(questions: Sequence[Question], answers: Sequence[str], prior: Prior | None = None) -> AnswerResult:
    """Compares answers with the true ones.

    Args:
        questions: The questions; at least one.
        answers: What was answered.
        prior: Of the questions of training, if they are known.

    Raises:
        ValueError: There is no question, or not an answer to each.
    """
    if not questions or len(questions) != len(answers):
        raise ValueError("Arguments `questions` and `answers` must have the same length, and at least one item.")
    right = [question.answer == answer for question, answer in zip(questions, answers, strict=True)]
    unseen = [as_compared(question.text) not in prior.known for question in questions] if prior else []
    of_unseen = [is_right for is_right, is_unseen in zip(right, unseen, strict=False) if is_unseen]
    asked = all(len(question.answers) > 1 for question in questions)
    return AnswerResult(
        questions=len(questions),
        images=len({question.image for question in questions}),
        accuracy=_mean(right),
        vqa_accuracy=_mean([agreement(q.answers, answer) for q, answer in zip(questions, answers, strict=True)]) if asked else None,
        question_alone=_mean([prior.answer(question.text) == question.answer for question in questions]) if prior else None,
        unseen_questions=len(of_unseen) if prior else None,
        unseen_accuracy=_mean(of_unseen) if of_unseen else None,
        kinds=_by_kind(questions, right),
        given=dict(Counter(answers).most_common()),
    )


def agreement(answers: Sequence[str], answer: str) -> float:
    """Returns VQA's accuracy of an answer: it is right if three people gave it, averaged over all who could be left out.

        mean over the people p of min(1, |{answers of others than p that are the same}| / 3)

    Args:
        answers: What people answered, at least two of them.
        answer: What is measured.

    Source: Antol et al. 2015, "VQA: Visual question answering", and the evaluation code of its data set.
    """
    same, people = answers.count(answer), len(answers)
    return (same * min(1, (same - 1) / 3) + (people - same) * min(1, same / 3)) / people if same else 0.0


def _by_kind(questions: Sequence[Question], right: Sequence[bool]) -> dict[str, dict[str, float]]:
    begun = [" ".join(as_compared(question.text).split()[:BEGINNING]) for question in questions]
    counts = Counter(begun)
    shown = [kind for kind, _ in sorted(counts.items(), key=lambda item: (-item[1], item[0]))[:KINDS]]
    rows: dict[str, list[bool]] = {kind: [] for kind in [*shown, OTHER]}
    for kind, is_right in zip(begun, right, strict=True):
        rows[kind if kind in shown else OTHER].append(is_right)
    return {kind: {"accuracy": _mean(found), "questions": len(found)} for kind, found in rows.items() if found}


def _mean(values: Sequence[float]) -> float:
    return sum(values) / len(values)
