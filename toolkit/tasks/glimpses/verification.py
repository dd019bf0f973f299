"""Whether an exported model sees on images what the model does."""

import base64
import math
from collections.abc import Sequence

import keras
import numpy as np

from toolkit.data.images.decoding import decode_image
from toolkit.data.images.graph_decoding import TOLD_APART, check_seen
from toolkit.data.images.image_corpus import to_channels
from toolkit.errors import UserError
from toolkit.export.report import Agreement
from toolkit.export.tolerance import Tolerance, nudged_answers, spread
from toolkit.export.verification import LEAST_SAME, TIMED, Check, check_finite, difference_of, largest_difference, median_milliseconds
from toolkit.inference.runner import Runner
from toolkit.tasks.glimpses.functions import SERVED, glimpse_runner

BATCH = 16
JUMPS = 12
"""Times that the weights are moved to see how far answers move: on a cluttered image a rounding may send the next glimpse elsewhere."""

ONE = "pixels_1"
"""Name of the signature that takes the pixels of one image."""


class GlimpseCheck(Check):
    """Compares the artefacts of a model with it: the probabilities of all labels, and the places of all glimpses.

    What a SavedModel sees of an image is compared first, to within a few shades of what Python sees; then its answers with those that the
    model gives to these very pixels.

    Args:
        model: A `GlimpseClassifier`.
        texts: Images, files in Base64.
        references: The right labels of the first so many.
    """

    answers, measure, timed = "labels", "accuracy", "image"

    def __init__(self, model: keras.Model, texts: Sequence[str], references: Sequence[Sequence[str]]):
        self.model, self.texts, self.references = model, list(texts), list(references)
        self.files = [base64.b64decode(text) for text in texts]
        seen = [to_channels(decode_image(file, model.image_size), model.channels) for file in self.files]
        self.pixels = np.stack(seen).astype(np.float32)
        self.reference = glimpse_runner(model, "compiled")
        self.expected = _run(self.reference, self.pixels)
        check_finite("the model", *self.expected)
        size = -math.log(max(float(self.expected[0].min()), 1e-30))  # between the largest logit and the smallest
        widest = max(math.prod(each.shape[:-1]) for each in model.weights if len(each.shape) > 1)
        self.tolerance = Tolerance(widest, size)
        self.quality = self._accuracy(self.expected[0])

    def saved_model(self, runner: Runner) -> Agreement:
        """Compares all signatures of a SavedModel."""
        seen = np.concatenate([runner.run("pixels", images=files)["pixels"] for files in self._batches()])
        check_seen(seen, self.pixels, TOLD_APART + 1)  # shades of grey are rounded once more
        parts = [runner.run(SERVED, images=files) for files in self._batches()]
        probabilities, locations = (np.concatenate([part[name] for part in parts]) for name in ("probabilities", "locations"))
        names = np.concatenate([part["labels"] for part in parts])
        if [name.decode() for name in names.flat] != [self.model.label_names[number] for number in probabilities.argmax(-1).flat]:
            raise UserError("SavedModel: expected the most likely of its labels, found others")
        expected = _run(self.reference, seen)
        difference = self._compare("SavedModel", expected, (probabilities, locations), seen)
        self._check_repeated("SavedModel", runner, self.files[:BATCH], parts[0])
        few = seen[:BATCH]
        self._compare(f"SavedModel, {ONE}", _run(self.reference, few), _run(runner, few, ONE, 1), few)
        speed = median_milliseconds(lambda file: runner.run(SERVED, images=[file]), self.files[:TIMED])
        return self._agreement(difference, expected[0], probabilities, speed)

    def litert(self, runner: Runner) -> Agreement:
        """Compares a LiteRT file in single precision."""
        found, speed = self._of_litert("LiteRT", runner)
        return self._agreement(self._compare("LiteRT", self.expected, found, self.pixels), self.expected[0], found[0], speed)

    def rounded(self, runner: Runner, name: str, rounding: float) -> Agreement:
        """Compares a LiteRT file whose weights are rounded; a hundredth of the labels may be other ones, besides those that are unsure."""
        (found, _), speed = self._of_litert(name, runner)
        expected, _ = self.expected
        moved = nudged_answers(self.model, rounding, lambda: _run(self.reference, self.pixels)[0])
        sure = np.all([each.argmax(-1) == expected.argmax(-1) for each in moved], axis=0)
        wrong = int((sure & (found.argmax(-1) != expected.argmax(-1))).sum())
        if wrong > math.ceil((1 - LEAST_SAME) * sure.size):
            expected = f"the labels that the model is sure of for {LEAST_SAME:.0%} of the objects"
            raise UserError(f"{name}: expected {expected}, found {wrong} others of {sure.size}")
        return self._agreement(difference_of(name, expected, found), expected, found, speed)

    def static(self, runner: Runner) -> Agreement:
        """Compares a LiteRT file of fixed shapes."""
        found, speed = self._of_litert("LiteRT of fixed shapes", runner)
        difference = self._compare("LiteRT of fixed shapes", self.expected, found, self.pixels)
        return self._agreement(difference, self.expected[0], found[0], speed)

    def _batches(self) -> list[list[bytes]]:
        return [self.files[start : start + BATCH] for start in range(0, len(self.files), BATCH)]

    def _of_litert(self, name: str, runner: Runner) -> tuple[tuple[np.ndarray, np.ndarray], float]:
        found = _run(runner, self.pixels, size=1)
        check_finite(name, *found)
        first = {"probabilities": found[0][:1], "locations": found[1][:1]}
        self._check_repeated(name, runner, self.pixels[:1], first)
        speed = median_milliseconds(lambda image: runner.run(SERVED, images=image[np.newaxis]), self.pixels[:TIMED])
        return found, speed

    def _check_repeated(self, name: str, runner: Runner, images, found) -> None:
        again = runner.run(SERVED, images=images)
        if not all(np.array_equal(again[key], found[key]) for key in ("probabilities", "locations")):
            raise UserError(f"{name}: expected the same labels and glimpses at every call, found others")

    def _compare(self, name: str, expected, found, pixels: np.ndarray) -> float:
        """Compares probabilities and places; returns the largest difference of the former."""

        def unsure(part: int) -> np.ndarray:
            moved = nudged_answers(self.model, self.tolerance.rounding, lambda: _run(self.reference, pixels)[part], JUMPS)
            alone = np.stack(spread(expected[part][:, np.newaxis], [each[:, np.newaxis] for each in moved]))[:, 0]
            together = alone.reshape(len(alone), -1).max(axis=1)  # one path of glimpses is behind all numbers of an image
            return np.broadcast_to(together.reshape(-1, *[1] * (alone.ndim - 1)), alone.shape)

        largest_difference(f"{name}, glimpses", expected[1], found[1], self.tolerance.score, lambda: unsure(1))
        return largest_difference(name, expected[0], found[0], self.tolerance.probability(expected[0]), lambda: unsure(0))

    def _agreement(self, difference: float, expected: np.ndarray, found: np.ndarray, speed: float) -> Agreement:
        labels, numbers, others = expected.shape[-1], expected.argmax(-1).ravel(), found.argmax(-1).ravel()
        flat, rows = expected.reshape(-1, labels), np.arange(len(numbers))
        gaps = np.abs(flat[rows, numbers] - flat[rows, others])[numbers != others]
        unsure = int((gaps <= 2 * difference).sum())
        return Agreement(difference, int((numbers == others).sum()), len(numbers), unsure, self._accuracy(found), speed)

    def _accuracy(self, probabilities: np.ndarray) -> float | None:
        if not self.references:
            return None
        given = np.array(self.model.label_names)[probabilities.argmax(-1)][: len(self.references)]
        return float(np.mean(given == np.array(self.references)))


def _run(runner: Runner, pixels: np.ndarray, name: str = SERVED, size: int = BATCH) -> tuple[np.ndarray, np.ndarray]:
    """Returns the probabilities and places of images, so many at once."""
    parts = [runner.run(name, images=pixels[start : start + size]) for start in range(0, len(pixels), size)]
    return tuple(np.concatenate([part[key] for part in parts]) for key in ("probabilities", "locations"))
