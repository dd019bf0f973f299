"""Whether an exported model writes the captions that the model does."""

import base64
import dataclasses
import functools
import math
from collections.abc import Sequence

import keras
import numpy as np

from toolkit.data.images.decoding import decode_image
from toolkit.data.images.graph_decoding import check_seen
from toolkit.decoding.search import Search
from toolkit.errors import UserError
from toolkit.export.report import Agreement
from toolkit.export.tolerance import Tolerance
from toolkit.export.verification import TIMED, Check, check_finite, median_milliseconds
from toolkit.inference.functions import FunctionRunner
from toolkit.inference.runner import Runner
from toolkit.layers.recurrent.time_loop import backend
from toolkit.models.captioner import BEGIN
from toolkit.tasks.captioning.functions import SERVED, caption_function
from toolkit.tasks.captioning.graph import table_of
from toolkit.tasks.captioning.measures import cider_scores
from toolkit.tasks.decoded_answers import Answer, agreement_of, answers_of, are_sound, faults_of

BATCH = 16
GIVEN = "given"


class CaptionerCheck(Check):
    """Compares the artefacts of a model with it: words, scores, and where it looked for each word.

    What a SavedModel sees of an image is compared first, to within a few shades of what Python sees; then its captions with those that the
    model writes of these very pixels.

    Args:
        model: A `Captioner`.
        search: How the artefacts decode.
        max_length: Words of a caption at most.
        texts: Images to describe, files in Base64.
        references: What people say of the first so many.
    """

    answers, measure, timed = "captions", "CIDEr-D", "image"

    def __init__(self, model: keras.Model, search: Search, max_length: int, texts: Sequence[str], references: Sequence[Sequence[str]]):
        self.model, self.search, self.max_length = model, search, max_length
        self.texts, self.references = list(texts), list(references)
        self.table = table_of(model.words)
        self.files = [base64.b64decode(text) for text in texts]
        self.pixels = np.stack([decode_image(file, model.image_size) for file in self.files]).astype(np.float32)
        self._runner = functools.cache(self._runner_of)
        self.greedy = dataclasses.replace(search, method="greedy")
        self.expected = self._written(search, self.pixels)
        check_finite("the model", *(answer.score for answer in self.expected))
        widest = max(math.prod(each.shape[:-1]) for each in model.weights if len(each.shape) > 1)
        self.tolerance = Tolerance(widest, self._largest_logit())
        self.quality = self._cider(self.expected)

    def saved_model(self, runner: Runner) -> Agreement:
        """Compares all signatures of a SavedModel."""
        seen = np.concatenate([runner.run("pixels", images=files)["pixels"] for files in _batches(self.files)])
        check_seen(seen, self.pixels)
        found = _answers(runner, "decode_pixels", seen)
        agreement = self._compare("SavedModel", self.search, seen, found, self._written(self.search, seen))
        self._check_strings(runner, found)
        one = _answers(runner, "decode_pixels_1", seen[:TIMED], batch=1)
        self._compare("SavedModel, decode_pixels_1", self.search, seen[:TIMED], one, self._written(self.search, seen[:TIMED]))
        speed = median_milliseconds(lambda file: runner.run(SERVED, images=[file]), self.files[:TIMED])
        return agreement._replace(quality=self._cider(found), milliseconds=speed)

    def litert(self, runner: Runner) -> Agreement:
        """Compares both signatures of a LiteRT file in single precision."""
        found = _answers(runner, SERVED, self.pixels, batch=1)
        agreement = self._compare("LiteRT", self.search, self.pixels, found, self.expected)
        few = self.pixels[:BATCH]
        self._compare("LiteRT, greedy", self.greedy, few, _answers(runner, "greedy", few), self._written(self.greedy, few))
        self._check_repeated("LiteRT", runner)
        return agreement._replace(quality=self._cider(found), milliseconds=self._litert_speed(runner))

    def rounded(self, runner: Runner, name: str, rounding: float) -> Agreement:
        """Compares the captions of a LiteRT file whose weights are rounded; they may differ as much as they do."""
        found = _answers(runner, SERVED, self.pixels, batch=1)
        check_finite(name, *(part for answer in found for part in (answer.score, answer.alignment)))
        self._check_repeated(name, runner)
        agreement = agreement_of(self.expected, found)
        return agreement._replace(ties=0, quality=self._cider(found), milliseconds=self._litert_speed(runner))

    def static(self, runner: Runner) -> Agreement:
        """Compares a LiteRT file of fixed shapes, which takes the most probable word at each step."""
        found = _answers(runner, SERVED, self.pixels, batch=1)
        wanted = self._written(self.greedy, self.pixels)
        agreement = self._compare("LiteRT of fixed shapes", self.greedy, self.pixels, found, wanted)
        return agreement._replace(milliseconds=self._litert_speed(runner))

    def _litert_speed(self, runner: Runner) -> float:
        return median_milliseconds(lambda image: runner.run(SERVED, images=image[np.newaxis]), self.pixels[:TIMED])

    def _check_repeated(self, name: str, runner: Runner) -> None:
        first, second = (runner.run(SERVED, images=self.pixels[:1]) for _ in range(2))
        if not all(np.array_equal(first[key], second[key]) for key in first):
            raise UserError(f"{name}: expected the same caption at every call, found others")

    def _check_strings(self, runner: Runner, found: Sequence[Answer]) -> None:
        """Checks that what a SavedModel writes of files are the words of what it finds of their pixels."""
        rows = [row for files in _batches(self.files) for row in _string_rows(runner.run(SERVED, images=files))]
        for (caption, words, looked), answer in zip(rows, found, strict=True):
            wanted = [self.table[token] for token in answer.tokens if self.table[token]]
            look = np.abs(looked[: len(words)] - answer.alignment[: len(words)]).max(initial=0) if words == wanted else math.inf
            if caption != " ".join(wanted) or look > self.tolerance.score:
                raise UserError("SavedModel, strings: expected the words and the attention of its tokens, found others")

    def _compare(self, name: str, search: Search, pixels: np.ndarray, found: Sequence[Answer], expected: Sequence[Answer]) -> Agreement:
        """Compares captions with the model's; one that is another is as right where the model itself is unsure."""
        faults = faults_of(name, expected, found, self.tolerance, exact=True)
        if rows := list(faults):
            some = pixels[rows]
            wanted, received = ([part[row] for row in rows] for part in (expected, found))
            given = functools.partial(self._given, search, some, received)
            sound = are_sound(self.model, self.tolerance, wanted, received, given, lambda: self._written(search, some))
            if not all(sound):
                raise UserError(f"{name}: {faults[rows[sound.index(False)]]}")
        return agreement_of(expected, found)

    def _written(self, search: Search, pixels: np.ndarray) -> list[Answer]:
        return _answers(self._runner(search), SERVED, pixels)

    def _given(self, search: Search, pixels: np.ndarray, answers: Sequence[Answer]) -> list[Answer]:
        """Returns the answers of the model that has to write what others have written."""
        tokens = np.zeros((len(answers), max(len(answer.tokens) for answer in answers)), np.int32)
        for row, answer in zip(tokens, answers, strict=True):
            row[: len(answer.tokens)] = answer.tokens
        return answers_of(self._runner(search).run(GIVEN, images=pixels, tokens=tokens))

    def _runner_of(self, search: Search) -> FunctionRunner:
        write = functools.partial(caption_function, self.model, search, self.max_length)
        return FunctionRunner({SERVED: write("compiled"), GIVEN: write(given=True)})

    def _largest_logit(self) -> float:
        steps = max(len(answer.tokens) for answer in self.expected[:BATCH])
        tokens = np.zeros((min(BATCH, len(self.expected)), 1, steps), np.int32)
        for row, answer in zip(tokens, self.expected, strict=False):
            row[0, : len(answer.tokens)] = [BEGIN, *answer.tokens[:-1]]
        with backend("graph"):  # compiles nothing
            return float(np.abs(self.model({"images": self.pixels[:BATCH], "tokens": tokens}, training=False)["logits"]).max())

    def _cider(self, answers: Sequence[Answer]) -> float | None:
        if not self.references:
            return None
        texts = [" ".join(filter(None, (self.table[token] for token in answer.tokens))) for answer in answers]
        return float(np.mean(cider_scores(self.references, texts[: len(self.references)])))


def _batches(rows: Sequence, size: int = BATCH) -> list[Sequence]:
    return [rows[start : start + size] for start in range(0, len(rows), size)]


def _answers(runner: Runner, signature: str, pixels: np.ndarray, batch: int = BATCH) -> list[Answer]:
    return [answer for part in _batches(pixels, batch) for answer in answers_of(runner.run(signature, images=part))]


def _string_rows(outputs: dict[str, np.ndarray]) -> list[tuple[str, list[str], np.ndarray]]:
    """Returns the caption, the words and the attention of each image."""
    return [
        (caption.decode(), [word.decode() for word in words if word], looked)
        for caption, words, looked in zip(outputs["captions"], outputs["words"], outputs["attention"], strict=True)
    ]
