"""Whether an exported model answers questions about images as the model does."""

import base64
import math
from collections.abc import Mapping, Sequence
from typing import NamedTuple

import keras
import numpy as np

from toolkit.data.images.decoding import decode_image
from toolkit.data.images.graph_decoding import check_seen
from toolkit.errors import UserError
from toolkit.export.report import Agreement
from toolkit.export.tolerance import Tolerance, nudged_answers, spread
from toolkit.export.verification import LEAST_SAME, TIMED, Check, check_finite, difference_of, largest_difference, median_milliseconds
from toolkit.inference.runner import Runner, encoded
from toolkit.tasks.visual_question_answering.functions import SERVED, answerer_runner
from toolkit.text.words import Vocabulary

BATCH = 16
TOKENS = "tokens"  # name of the signatures of fixed shapes, before their shapes


class Asked(NamedTuple):
    """What a model takes, for each question.

    Attributes:
        pixels: float32 `[size, size, 3]`.
        tokens: Numbers of the words.
    """

    pixels: np.ndarray
    tokens: np.ndarray


class AnswererCheck(Check):
    """Compares the artefacts of a model with it: the probabilities of all answers, and where it looked.

    What a SavedModel sees of an image is compared first, to within a few shades of what Python sees; then its answers with those that the
    model gives to these very pixels.

    Args:
        model: A `VisualAnswerer`.
        texts: What to ask: `image`, a file in Base64, and `question`.
        references: The right answers to the first so many.
    """

    answers, measure, timed = "answers", "accuracy", "question"

    def __init__(self, model: keras.Model, texts: Sequence[Mapping[str, str]], references: Sequence[str]):
        self.model, self.texts, self.references = model, list(texts), list(references)
        self.files, self.questions = files_of(texts), [each["question"] for each in texts]
        vocabulary = Vocabulary(model.words)
        self.tokens = [vocabulary.encode(question) for question in self.questions]
        self.pixels = [decode_image(file, model.image_size).astype(np.float32) for file in self.files]
        self.asked = [Asked(*pair) for pair in zip(self.pixels, self.tokens, strict=True)]
        self.reference = answerer_runner(model, "compiled")
        self.expected = self._of_model(self.asked)
        check_finite("the model", self.expected)
        size = -math.log(max(float(self.expected.min()), 1e-30))  # between the largest logit and the smallest
        widest = max(math.prod(each.shape[:-1]) for each in model.weights if len(each.shape) > 1)
        self.tolerance = Tolerance(widest, size)
        self.quality = self._accuracy(self.expected)

    def saved_model(self, runner: Runner) -> Agreement:
        """Compares all signatures of a SavedModel."""
        questions = encoded(self.questions)
        seen = np.concatenate(
            [runner.run("pixels", images=self.files[at : at + BATCH])["pixels"] for at in range(0, len(questions), BATCH)]
        )
        check_seen(seen, np.stack(self.pixels))
        asked = [Asked(*pair) for pair in zip(seen, self.tokens, strict=True)]
        parts = [
            runner.run(SERVED, images=self.files[at : at + BATCH], questions=questions[at : at + BATCH])
            for at in range(0, len(questions), BATCH)
        ]
        found = np.concatenate([part["probabilities"] for part in parts])
        self._check_named(np.concatenate([part["answers"] for part in parts]), found)
        self._check_repeated("SavedModel", runner.run(SERVED, images=self.files[:BATCH], questions=questions[:BATCH]), parts[0])
        expected = self._of_model(asked)
        difference = self._compare("SavedModel", expected, found, asked)
        for name, signature in runner.signatures.items():
            if name.startswith(TOKENS):
                self._check_fixed(f"SavedModel, {name}", runner, name, signature.inputs[TOKENS].shape[1])
        pairs = list(zip(self.files, questions, strict=True))[:TIMED]
        speed = median_milliseconds(lambda pair: runner.run(SERVED, images=[pair[0]], questions=[pair[1]]), pairs)
        return self._agreement(difference, expected, found, speed)

    def litert(self, runner: Runner) -> Agreement:
        """Compares a LiteRT file in single precision."""
        found, speed = self._of_litert("LiteRT", runner)
        return self._agreement(self._compare("LiteRT", self.expected, found, self.asked), self.expected, found, speed)

    def rounded(self, runner: Runner, name: str, rounding: float) -> Agreement:
        """Compares a LiteRT file whose weights are rounded; a hundredth of the answers may be other ones, besides those that are unsure."""
        found, speed = self._of_litert(name, runner)
        moved = nudged_answers(self.model, rounding, lambda: self._of_model(self.asked))
        sure = np.all([each.argmax(-1) == self.expected.argmax(-1) for each in moved], axis=0)
        wrong = int((sure & (found.argmax(-1) != self.expected.argmax(-1))).sum())
        if wrong > math.ceil((1 - LEAST_SAME) * len(found)):
            raise UserError(
                f"{name}: expected the answers that the model is sure of to {LEAST_SAME:.0%} of the questions, found {wrong} others of "
                f"{len(found)}"
            )
        return self._agreement(difference_of(name, self.expected, found), self.expected, found, speed)

    def static(self, runner: Runner) -> Agreement:
        """Compares a LiteRT file of fixed shapes, on the first words of each question."""
        _, length = runner.signatures[SERVED].inputs[TOKENS].shape
        cut = [Asked(each.pixels, each.tokens[:length]) for each in self.asked]
        expected, found = self._of_model(cut), self._at(runner, cut, length, SERVED)
        speed = median_milliseconds(lambda each: runner.run(SERVED, **_inputs([each], length)), cut[:TIMED])
        return self._agreement(self._compare("LiteRT of fixed shapes", expected, found, cut), expected, found, speed, cut=True)

    def _of_litert(self, name: str, runner: Runner) -> tuple[np.ndarray, float]:
        outputs = [runner.run(SERVED, **_inputs([each])) for each in self.asked]
        self._check_repeated(name, runner.run(SERVED, **_inputs(self.asked[:1])), outputs[0])
        speed = median_milliseconds(lambda each: runner.run(SERVED, **_inputs([each])), self.asked[:TIMED])
        return np.concatenate([output["probabilities"] for output in outputs]), speed

    def _check_named(self, names: np.ndarray, found: np.ndarray) -> None:
        if [name.decode() for name in names] != [self.model.answers[number] for number in found.argmax(-1)]:
            raise UserError("SavedModel: expected the most likely of its answers, found others")

    def _check_fixed(self, place: str, runner: Runner, name: str, length: int) -> None:
        cut = [Asked(each.pixels, each.tokens[:length]) for each in self.asked[:BATCH]]
        self._compare(place, self._of_model(cut), self._at(runner, cut, length, name), cut)

    def _check_repeated(self, name: str, again: Mapping[str, np.ndarray], found: Mapping[str, np.ndarray]) -> None:
        if not all(np.array_equal(again[key], found[key]) for key in ("probabilities", "attention")):
            raise UserError(f"{name}: expected the same probabilities and attention at every call, found others")
        check_finite(name, found["attention"])

    def _at(self, runner: Runner, asked: Sequence[Asked], length: int, name: str) -> np.ndarray:
        return np.concatenate([runner.run(name, **_inputs([each], length))["probabilities"] for each in asked])

    def _of_model(self, asked: Sequence[Asked]) -> np.ndarray:
        parts = [self.reference.run(SERVED, **_inputs(asked[at : at + BATCH])) for at in range(0, len(asked), BATCH)]
        return np.concatenate([part["probabilities"] for part in parts])

    def _compare(self, name: str, expected: np.ndarray, found: np.ndarray, asked: Sequence[Asked]) -> float:
        def unsure() -> np.ndarray:
            moved = nudged_answers(self.model, self.tolerance.rounding, lambda: self._of_model(asked))
            return np.stack(spread(expected[:, np.newaxis], [each[:, np.newaxis] for each in moved]))[:, 0]

        return largest_difference(name, expected, found, self.tolerance.probability(expected), unsure)

    def _agreement(self, difference: float, expected: np.ndarray, found: np.ndarray, speed: float, cut: bool = False) -> Agreement:
        numbers, others = expected.argmax(-1), found.argmax(-1)
        rows = np.arange(len(expected))
        gaps = np.abs(expected[rows, numbers] - expected[rows, others])[numbers != others]
        quality = None if cut else self._accuracy(found)
        return Agreement(difference, int((numbers == others).sum()), len(numbers), int((gaps <= 2 * difference).sum()), quality, speed)

    def _accuracy(self, probabilities: np.ndarray) -> float | None:
        if not self.references:
            return None
        numbers = probabilities.argmax(-1)
        return float(np.mean([self.model.answers[number] == answer for number, answer in zip(numbers, self.references, strict=False)]))


def files_of(asked: Sequence[Mapping[str, str]]) -> list[bytes]:
    """Returns the files of images that are kept in Base64."""
    return [base64.b64decode(each["image"]) for each in asked]


def _inputs(asked: Sequence[Asked], length: int | None = None) -> dict[str, np.ndarray]:
    """Returns the inputs of a signature for questions, as long as the longest of them unless it is said."""
    tokens = np.zeros((len(asked), length or max(len(each.tokens) for each in asked)), np.int32)
    for row, each in zip(tokens, asked, strict=True):
        row[: len(each.tokens)] = each.tokens
    return {"images": np.stack([each.pixels for each in asked]), TOKENS: tokens}
