"""Whether an exported model draws as the model does."""

import base64
import math
from collections.abc import Sequence
from typing import Any

import keras
import numpy as np

from toolkit.data.images.decoding import decode_image
from toolkit.data.images.graph_decoding import TOLD_APART, check_seen
from toolkit.data.images.image_corpus import to_channels
from toolkit.errors import UserError
from toolkit.export.report import Agreement
from toolkit.export.tolerance import DEVIATIONS, UNIT, Tolerance, nudged_answers, spread
from toolkit.export.verification import LEAST_SAME, TIMED, Check, check_finite, difference_of, largest_difference, median_milliseconds
from toolkit.inference.runner import Runner
from toolkit.tasks.drawing.functions import drawing_runner
from toolkit.tasks.drawing.predictor import DRAW, RECONSTRUCT

BATCH = 16
FIXED = "_1"
"""What is added to the names of the signatures that draw one image at fixed shapes."""

Drawings = dict[str, np.ndarray]


class DrawingCheck(Check):
    """Compares the artefacts of a model with it: the canvases after all steps, the windows, and what images cost.

    All are asked with the same noise. What a SavedModel sees of an image is compared first, to within a few shades of what Python sees;
    then what it draws with what the model draws of these very pixels.

    Args:
        model: A `DrawingAutoencoder`.
        texts: Images, files in Base64.
        references: Something for each of the first so many, of which the bound is reported.
    """

    answers, measure, timed = "pixels", "bound", "image"

    def __init__(self, model: keras.Model, texts: Sequence[str], references: Sequence[Any]):
        self.model, self.texts, self.references = model, list(texts), list(references)
        self.files = [base64.b64decode(text) for text in texts]
        seen = [to_channels(decode_image(file, model.image_size), 1) for file in self.files]
        self.pixels = np.stack(seen).astype(np.float32)
        self.noise = np.random.default_rng(0).standard_normal((len(seen), *model.noise_shape), np.float32)
        self.reference = drawing_runner(model, "compiled")
        self.expected = _reconstructed(self.reference, self.pixels, self.noise)
        self.expected_new = self.reference.run(DRAW, noise=self.noise[:BATCH])
        check_finite("the model", *self.expected.values(), *self.expected_new.values())
        size = -math.log(max(1e-7, float(np.minimum(self.expected["canvases"], 1 - self.expected["canvases"]).min())))
        widest = max(math.prod(each.shape[:-1]) for each in model.weights if len(each.shape) > 1)
        self.tolerance = Tolerance(widest * model.num_glimpses, size)  # a canvas is the sum of all steps
        self.quality = self._bound(self.expected)

    def saved_model(self, runner: Runner) -> Agreement:
        """Compares all signatures of a SavedModel."""
        seen = np.concatenate([runner.run("pixels", images=files)["pixels"] for files in _parts(self.files)])
        check_seen(seen, self.pixels, TOLD_APART + 1)  # shades of grey are rounded once more
        found = _reconstructed(runner, self.files, self.noise)
        expected = _reconstructed(self.reference, seen, self.noise)
        difference = self._compare("SavedModel", expected, found, seen)
        first = _first(found, len(self.files[:BATCH]))
        self._check_repeated("SavedModel", runner, self.files[:BATCH], first)
        few = _reconstructed(runner, seen[:BATCH], self.noise[:BATCH], 1, RECONSTRUCT + FIXED)
        self._compare(f"SavedModel, {RECONSTRUCT}{FIXED}", _first(expected, BATCH), few, seen[:BATCH])
        self._compare_new("SavedModel", runner.run(DRAW, noise=self.noise[:BATCH]))
        one_by_one = [runner.run(DRAW + FIXED, noise=self.noise[place : place + 1]) for place in range(len(self.noise[:BATCH]))]
        self._compare_new(f"SavedModel, {DRAW}{FIXED}", _joined(one_by_one))
        speed = median_milliseconds(lambda file: runner.run(RECONSTRUCT, images=[file], noise=self.noise[:1]), self.files[:TIMED])
        return self._agreement(difference, expected, found, speed)

    def litert(self, runner: Runner) -> Agreement:
        """Compares a LiteRT file in single precision."""
        return self._exact("LiteRT", runner)

    def rounded(self, runner: Runner, name: str, rounding: float) -> Agreement:
        """Compares a LiteRT file whose weights are rounded; a hundredth of the pixels that are sure may be other ones."""
        found, speed = self._of_litert(name, runner)
        expected = self.expected["pictures"]
        moved = nudged_answers(self.model, rounding, lambda: _reconstructed(self.reference, self.pixels, self.noise)["pictures"])
        sure = np.all([_white(each) == _white(expected) for each in moved], axis=0)
        wrong = int((sure & (_white(found["pictures"]) != _white(expected))).sum())
        if wrong > math.ceil((1 - LEAST_SAME) * sure.sum()):
            wanted = f"{LEAST_SAME:.0%} of the pixels that the model is sure of"
            raise UserError(f"{name}: expected {wanted}, found {wrong:,} others of {sure.sum():,}")
        return self._agreement(difference_of(name, self.expected["canvases"], found["canvases"]), self.expected, found, speed)

    def static(self, runner: Runner) -> Agreement:
        """Compares a LiteRT file of fixed shapes."""
        return self._exact("LiteRT of fixed shapes", runner)

    def _exact(self, name: str, runner: Runner) -> Agreement:
        found, speed = self._of_litert(name, runner)
        return self._agreement(self._compare(name, self.expected, found, self.pixels), self.expected, found, speed)

    def _of_litert(self, name: str, runner: Runner) -> tuple[Drawings, float]:
        """Returns what a file draws of the images, one by one; compares what it draws of noise alone, where it draws as the model does."""
        found = _reconstructed(runner, self.pixels, self.noise, 1)
        new = _joined([runner.run(DRAW, noise=self.noise[place : place + 1]) for place in range(len(self.noise[:BATCH]))])
        check_finite(name, *found.values(), *new.values())
        if name in ("LiteRT", "LiteRT of fixed shapes"):
            self._compare_new(name, new)
        self._check_repeated(name, runner, self.pixels[:1], _first(found, 1))

        def call(image):
            return runner.run(RECONSTRUCT, images=image[np.newaxis], noise=self.noise[:1])

        return found, median_milliseconds(call, self.pixels[:TIMED])

    def _check_repeated(self, name: str, runner: Runner, images, found: Drawings) -> None:
        again = runner.run(RECONSTRUCT, images=images, noise=self.noise[: len(images)])
        if not all(np.array_equal(again[key], value) for key, value in found.items()):
            raise UserError(f"{name}: expected the same drawing of the same noise at every call, found another")

    def _compare_new(self, name: str, found: Drawings) -> None:
        noise = self.noise[:BATCH]
        self._compare_each(f"{name}, {DRAW}", self.expected_new, found, lambda: self.reference.run(DRAW, noise=noise))

    def _compare(self, name: str, expected: Drawings, found: Drawings, pixels: np.ndarray) -> float:
        noise = self.noise[: len(pixels)]
        return self._compare_each(name, expected, found, lambda: _reconstructed(self.reference, pixels, noise))

    def _compare_each(self, name: str, expected: Drawings, found: Drawings, ask) -> float:
        """Compares all that was drawn; returns the largest difference of the canvases."""
        moved: list[Drawings] = []

        def unsure(part: str) -> np.ndarray:
            if not moved:
                moved.extend(nudged_answers(self.model, self.tolerance.rounding, ask))
            steps = [_by_step(each[part]) for each in (expected, *moved)]
            return np.stack(spread(steps[0], steps[1:])).reshape(expected[part].shape)

        for part in expected.keys() - {"canvases", "pictures"}:
            values = expected[part]
            tolerance = self.tolerance.score * (1 + np.abs(values).max()) + (self._of_sum(values) if part == "reconstruction" else 0)
            largest_difference(f"{name}, {part}", values, found[part], tolerance, lambda part=part: unsure(part))
        if not np.array_equal(found["pictures"], found["canvases"][:, -1]):
            raise UserError(f"{name}: expected the last canvas as the picture, found another")
        canvases = expected["canvases"]
        return largest_difference(name, canvases, found["canvases"], self.tolerance.probability(canvases), lambda: unsure("canvases"))

    def _of_sum(self, nats: np.ndarray) -> np.ndarray:
        """Returns how far off sums over all pixels may be: as far as all of their logits together, and their own rounding."""
        pixels = self.model.image_size**2
        return pixels * self.tolerance.score + DEVIATIONS * UNIT * math.sqrt(pixels) * np.abs(nats)

    def _agreement(self, difference: float, expected: Drawings, found: Drawings, speed: float) -> Agreement:
        ours, theirs = expected["pictures"], found["pictures"]
        other = _white(ours) != _white(theirs)
        unsure = int((other & (np.abs(ours - 0.5) <= 2 * difference)).sum())
        return Agreement(difference, int((~other).sum()), other.size, unsure, self._bound(found), speed)

    def _bound(self, drawings: Drawings) -> float | None:
        number = len(self.references)
        return float((drawings["reconstruction"] + drawings["kl"].sum(-1))[:number].mean()) if number else None


def _reconstructed(runner: Runner, images, noise: np.ndarray, size: int = BATCH, name: str = RECONSTRUCT) -> Drawings:
    """Returns what is drawn of images, so many at once."""
    parts = zip(_parts(images, size), _parts(noise, size), strict=True)
    return _joined([runner.run(name, images=some, noise=its) for some, its in parts])


def _parts(rows, size: int = BATCH) -> list:
    return [rows[start : start + size] for start in range(0, len(rows), size)]


def _joined(parts: Sequence[Drawings]) -> Drawings:
    return {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}


def _first(drawings: Drawings, number: int) -> Drawings:
    return {name: values[:number] for name, values in drawings.items()}


def _white(probabilities: np.ndarray) -> np.ndarray:
    return probabilities > 0.5


def _by_step(values: np.ndarray) -> np.ndarray:
    """Returns numbers with an axis of steps, and one of what there is at each."""
    return values.reshape(len(values), 1, 1) if values.ndim == 1 else values.reshape(*values.shape[:2], -1)
