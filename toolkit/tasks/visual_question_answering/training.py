"""Questions about images: what train, evaluate, predict and export do for a recipe whose model answers them."""

import base64
import functools
from collections.abc import Callable, Sequence
from typing import Any

import keras
import numpy as np

from toolkit.data.images.decoding import to_png
from toolkit.data.images.image_batches import ImageBatches
from toolkit.data.images.image_set import ImageSet
from toolkit.evaluation.divergence import LEAST_MISSED, Trouble
from toolkit.evaluation.measured import Measured
from toolkit.tasks.training_run import TrainingRun
from toolkit.tasks.visual_question_answering.corpus import read_measured, read_visual
from toolkit.tasks.visual_question_answering.examples import measured_questions
from toolkit.tasks.visual_question_answering.exporter import AnswererExporter
from toolkit.tasks.visual_question_answering.files import Question
from toolkit.tasks.visual_question_answering.functions import answerer_runner
from toolkit.tasks.visual_question_answering.measures import AnswerResult, Prior, evaluate_answers
from toolkit.tasks.visual_question_answering.objective import AnswerObjective
from toolkit.tasks.visual_question_answering.plots import attention_maps
from toolkit.tasks.visual_question_answering.predictor import Answered, Predictor
from toolkit.tasks.visual_question_answering.questions import VisualQuestions, form_of
from toolkit.text.words import Vocabulary

SAMPLES, SHOWN, SHOWN_OF = 100, 10, 2000
AT_ONCE = 256  # questions that are measured together
EXAMPLE = "example.png"
CAPTIONS = {"attention": "Held-out questions, half of them answered wrongly, and hop by hop where the model looked on the image"}


class VisualQuestionAnswering(TrainingRun):
    """The commands over one run of a recipe that answers questions about images.

    Args:
        recipe: The recipe.
        settings: Its settings.
        run: The folder of the run.
    """

    plot_captions = CAPTIONS
    result = AnswerResult
    model_has = ("answers", "words", "image_size", "attention_hops")
    subject_has = ("explain", "attend")

    def _batches(self, data: VisualQuestions, split: str, replicas: int) -> ImageBatches:
        s = self.settings
        return data.batches(
            split,
            max_length=s.max_length,
            questions_at_once=s.questions_at_once,
            batch_size=s.batch_size,
            seed=s.seed,
            replicas=replicas,
        )

    def _objective(self, data: VisualQuestions) -> AnswerObjective:
        return AnswerObjective()

    def _describe_tokens(self, data: VisualQuestions) -> str:
        images = len(data.corpus.images.rows)
        return (
            f"{len(data.vocabulary.words):,} words, {len(data.answers):,} answers, {images:,} images of {self.settings.image_size} pixels"
        )

    def _test(self, model: keras.Model, data: VisualQuestions) -> tuple[AnswerResult, Callable[[], Measured]]:
        questions = data.corpus.splits["test"]
        answered = _answered(_predictor(model), questions, data.corpus.images)
        answers = [each.answer for each in answered]
        result = evaluate_answers(questions, answers, Prior(data.corpus.splits["train"]))
        confidence = np.array([each.probabilities.max() for each in answered], np.float64)
        return result, functools.partial(measured_questions, questions, answers, confidence, data.corpus.images)

    def _keep_results(self, model: keras.Model, data: VisualQuestions, result: AnswerResult) -> dict[str, Any]:
        questions, images = data.corpus.splits["test"], data.corpus.images
        chosen = [questions[row] for row in np.random.default_rng(0).permutation(len(questions))[:SHOWN_OF]]
        samples = [_sample(question, images) for question in chosen[:SAMPLES]]
        self._keep_samples(SAMPLES, samples, [question.answer for question in chosen[:SAMPLES]])
        first = self.run.read_json(self.run.samples)[0]  # the question of `example`
        self.run.write_bytes(self.run.path / EXAMPLE, base64.b64decode(first["image"]))
        shown = _shown(list(zip(chosen, _answered(_predictor(model), chosen, images), strict=True)))
        pixels = images.pixels[[images.rows[question.image] for question, _ in shown]]
        with self.run.replacing(self.run.plots / "attention.png") as temporary:
            attention_maps(pixels, [answered for _, answered in shown], [question.answer for question, _ in shown], temporary)
        return {}

    def evaluate(self, data: str | None = None, **options: str | None) -> AnswerResult:
        """Measures the trained model.

        Args:
            data: As for `--data`; `None` for the test split of the data that the run was trained on.
            **options: What `measure_options` names; that of the run where `None`.

        Returns:
            The result.

        Raises:
            UserError: The run is not finished, or the data cannot be read.
        """
        predictor, s = self.predictor(), self.settings
        form = form_of(s, {name: value for name, value in options.items() if value})
        if data is None:
            corpus = read_visual(s.data, form, s.image_size, s.held_out_questions)
            questions, images, prior = corpus.splits["test"], corpus.images, Prior(corpus.splits["train"])
        else:
            (questions, images), prior = read_measured(data, form, s.image_size), None
        return evaluate_answers(questions, [each.answer for each in _answered(predictor, questions, images)], prior)

    def trouble(self, metrics: dict[str, Any]) -> Trouble | None:
        """Says whether the model gives the same answer to every question."""
        result = AnswerResult.from_dict(metrics["test"])
        missed = round((1 - result.accuracy) * result.questions)
        if len(result.given) != 1 or not missed:
            return None
        [answer] = result.given
        text = f"the model answers all of the {result.questions:,} held-out questions with {answer!r}, and {missed:,} have another answer"
        return Trouble(text, diverged=False, certain=missed >= LEAST_MISSED)

    def show_predictions(self, number: int) -> list[str]:
        """Returns lines: a few held-out questions, each with the true answer and what the model says."""
        samples, truths = (self.run.read_json(path)[:number] for path in (self.run.samples, self.run.references))
        answers = self.predictor().predict([{**each, "image": base64.b64decode(each["image"])} for each in samples])
        lines = []
        for answered, truth in zip(answers, truths, strict=True):
            lines += [f"question  {answered.question}", f"answer    {answered.answer} ({answered.probabilities.max():.0%})"]
            lines += [f"true      {truth}"] if truth != answered.answer else []
            lines.append("")
        return lines[:-1]

    @property
    def example(self) -> list[str]:
        """A held-out question, and the option that names its image."""
        return [self.run.read_json(self.run.samples)[0]["question"], "--image", str(self.run.path / EXAMPLE)]

    def predictor(self) -> Predictor:
        """Returns what answers questions with the trained model.

        Raises:
            UserError: The run is not finished.
        """
        return _predictor(self.load_model())

    def exporter(self) -> AnswererExporter:
        """Returns what writes the trained model as a SavedModel and as LiteRT files.

        Raises:
            UserError: The run is not finished.
        """
        return AnswererExporter(self.load_model())


def _predictor(model: keras.Model) -> Predictor:
    return Predictor(answerer_runner(model), model.answers, model.image_size, Vocabulary(model.words))


def _sample(question: Question, images: ImageSet) -> dict[str, str]:
    """Returns a question and its image, as JSON can hold it."""
    file = to_png(images.pixels[images.rows[question.image]])
    return {"image": base64.b64encode(file).decode(), "question": question.text}


def _answered(predictor: Predictor, questions: Sequence[Question], images: ImageSet) -> list[Answered]:
    """Returns the answers to questions whose images have been read."""
    answered = []
    for start in range(0, len(questions), AT_ONCE):
        part = questions[start : start + AT_ONCE]
        pixels = images.pixels[[images.rows[question.image] for question in part]]
        answered += predictor.answered([str(question.image) for question in part], pixels, [question.text for question in part])
    return answered


def _shown(pairs: Sequence[tuple[Question, Answered]]) -> list[tuple[Question, Answered]]:
    """Returns ten questions with their answers, half of them wrong ones, or as many as there are."""
    right, wrong = ([pair for pair in pairs if (pair[0].answer == pair[1].answer) == is_right] for is_right in (True, False))
    few = wrong[: max(SHOWN // 2, SHOWN - len(right))]
    return [*right[: SHOWN - len(few)], *few]
