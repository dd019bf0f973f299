"""Whether an exported model gives frames the labels that the model does."""

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
from toolkit.tasks.frames.functions import SERVED, tagger_runner
from toolkit.tasks.frames.padding import padded_files, padded_pixels, together
from toolkit.tasks.frames.sequences import UNKNOWN

FIXED_LENGTH = 16
FIXED = f"pixels_1x{FIXED_LENGTH}"
"""Name of the signature that takes the pixels of one sequence of at most so many frames."""

Rows = list[np.ndarray]


class FrameCheck(Check):
    """Compares the artefacts of a model with it: the probabilities of all labels of all frames.

    What a SavedModel sees of a frame is compared first, to within a few shades of what Python sees; then its answers with those that the
    model gives to these very pixels.

    Args:
        model: A `FrameTagger`.
        texts: Sequences, of each its frames, files in Base64.
        references: The right labels of the first so many, `""` where one is not known.
    """

    answers, measure, timed = "labels", "accuracy", "sequence"

    def __init__(self, model: keras.Model, texts: Sequence[Sequence[str]], references: Sequence[Sequence[str]]):
        self.model, self.texts, self.references = model, list(texts), list(references)
        self.files = [[base64.b64decode(frame) for frame in each] for each in texts]
        self.pixels = [self._seen_in_python(files) for files in self.files]
        self.reference = tagger_runner(model, "compiled")
        self.expected = self._of_model(self.pixels)
        check_finite("the model", *self.expected)
        size = -math.log(max(float(np.concatenate(self.expected).min()), 1e-30))  # between the largest logit and the smallest
        self.tolerance = Tolerance(max(math.prod(each.shape[:-1]) for each in model.weights if len(each.shape) > 1), size)
        self.quality = self._accuracy(self.expected)

    def saved_model(self, runner: Runner) -> Agreement:
        """Compares all signatures of a SavedModel."""
        seen, found = [], []
        for part in self._parts():
            files = self.files[part]
            lengths, padded = [len(each) for each in files], padded_files(files)
            seen += _cut(runner.run("pixels", images=padded)["pixels"], lengths)
            outputs = runner.run(SERVED, images=padded)
            found += _cut(outputs["probabilities"], lengths)
            self._check_named(outputs["labels"], found[-len(files) :])
        check_seen(np.concatenate(seen), np.concatenate(self.pixels), TOLD_APART + 1)  # shades of grey are rounded once more
        self._check_repeated(
            "SavedModel", runner.run(SERVED, images=padded_files(self.files[:1])), runner, images=padded_files(self.files[:1])
        )
        expected = self._of_model(seen)
        difference = self._compare("SavedModel", expected, found, seen)
        few = [frames[:FIXED_LENGTH] for frames in seen]
        self._compare(f"SavedModel, {FIXED}", self._of_model(few), self._at(runner, few, FIXED), few)
        speed = median_milliseconds(lambda files: runner.run(SERVED, images=[files]), self.files[:TIMED])
        return self._agreement(difference, expected, found, speed)

    def litert(self, runner: Runner) -> Agreement:
        """Compares a LiteRT file in single precision."""
        found, speed = self._of_litert("LiteRT", runner)
        return self._agreement(self._compare("LiteRT", self.expected, found, self.pixels), self.expected, found, speed)

    def rounded(self, runner: Runner, name: str, rounding: float) -> Agreement:
        """Compares a LiteRT file whose weights are rounded; a hundredth of the labels may be other ones, besides those that are unsure."""
        found, speed = self._of_litert(name, runner)
        moved = nudged_answers(self.model, rounding, lambda: self._of_model(self.pixels))
        numbers = _numbers(self.expected)
        sure = np.all([_numbers(each) == numbers for each in moved], axis=0)
        wrong = int((sure & (_numbers(found) != numbers)).sum())
        if wrong > math.ceil((1 - LEAST_SAME) * len(numbers)):
            expected = f"the labels that the model is sure of for {LEAST_SAME:.0%} of the frames"
            raise UserError(f"{name}: expected {expected}, found {wrong} others of {len(numbers)}")
        difference = difference_of(name, np.concatenate(self.expected), np.concatenate(found))
        return self._agreement(difference, self.expected, found, speed)

    def static(self, runner: Runner) -> Agreement:
        """Compares a LiteRT file of fixed shapes, on the first frames of each sequence."""
        cut = [frames[:FIXED_LENGTH] for frames in self.pixels]
        expected, found = self._of_model(cut), self._at(runner, cut, SERVED)
        speed = median_milliseconds(lambda frames: self._at(runner, [frames], SERVED), cut[:TIMED])
        return self._agreement(self._compare("LiteRT of fixed shapes", expected, found, cut), expected, found, speed)

    def _seen_in_python(self, files: Sequence[bytes]) -> np.ndarray:
        frames = np.stack([decode_image(file, self.model.image_size) for file in files])
        return to_channels(frames, self.model.channels).astype(np.float32)

    def _parts(self) -> list[slice]:
        return [*together([len(files) for files in self.files])]

    def _of_model(self, sequences: Sequence[np.ndarray]) -> Rows:
        """Returns what the model says of sequences, `[frames, labels]` each."""
        found: Rows = []
        for part in together([len(frames) for frames in sequences]):
            outputs = self.reference.run(SERVED, **padded_pixels(sequences[part]))
            found += _cut(outputs["probabilities"], [len(frames) for frames in sequences[part]])
        return found

    def _at(self, runner: Runner, sequences: Sequence[np.ndarray], name: str) -> Rows:
        """Returns what a signature for one sequence of fixed length says."""
        return [runner.run(name, **padded_pixels([frames], FIXED_LENGTH))["probabilities"][0, : len(frames)] for frames in sequences]

    def _of_litert(self, name: str, runner: Runner) -> tuple[Rows, float]:
        found = [runner.run(SERVED, **padded_pixels([frames]))["probabilities"][0] for frames in self.pixels]
        check_finite(name, *found)
        inputs = padded_pixels(self.pixels[:1])
        self._check_repeated(name, {"probabilities": found[0][np.newaxis]}, runner, **inputs)
        return found, median_milliseconds(lambda frames: runner.run(SERVED, **padded_pixels([frames])), self.pixels[:TIMED])

    def _check_named(self, labels: np.ndarray, found: Sequence[np.ndarray]) -> None:
        """Checks that a SavedModel names the most likely label of each frame, and none after the end."""
        for row, probabilities in zip(labels, found, strict=True):
            names = [self.model.label_names[number] for number in probabilities.argmax(-1)]
            if [label.decode() for label in row] != [*names, *[""] * (len(row) - len(names))]:
                raise UserError("SavedModel: expected the most likely of its labels, found others")

    def _check_repeated(self, name: str, found: dict[str, np.ndarray], runner: Runner, **inputs) -> None:
        if not np.array_equal(runner.run(SERVED, **inputs)["probabilities"], found["probabilities"]):
            raise UserError(f"{name}: expected the same probabilities at every call, found others")

    def _compare(self, name: str, expected: Rows, found: Rows, sequences: Sequence[np.ndarray]) -> float:
        def unsure() -> np.ndarray:
            moved = nudged_answers(self.model, self.tolerance.rounding, lambda: self._of_model(sequences))
            return np.concatenate([np.broadcast_to(each.max(0), each.shape) for each in spread(expected, moved)])  # time goes both ways

        whole = np.concatenate(expected)
        return largest_difference(name, whole, np.concatenate(found), self.tolerance.probability(whole), unsure)

    def _agreement(self, difference: float, expected: Rows, found: Rows, speed: float) -> Agreement:
        numbers, others, probabilities = _numbers(expected), _numbers(found), np.concatenate(expected)
        places = np.flatnonzero(numbers != others)
        gaps = np.abs(probabilities[places, numbers[places]] - probabilities[places, others[places]])
        unsure = int((gaps <= 2 * difference).sum())
        return Agreement(difference, len(numbers) - len(places), len(numbers), unsure, self._accuracy(found), speed)

    def _accuracy(self, found: Rows) -> float | None:
        """Returns the share of right labels; `None` where the right ones are not known, or sequences have been cut."""
        pairs = list(zip(found, self.references, strict=False))
        if not pairs or any(len(probabilities) != len(labels) for probabilities, labels in pairs):
            return None
        names = self.model.label_names
        right = [
            names[number] == label
            for probabilities, labels in pairs
            for number, label in zip(probabilities.argmax(-1), labels, strict=True)
            if label != UNKNOWN
        ]
        return float(np.mean(right)) if right else None


def _cut(values: np.ndarray, lengths: Sequence[int]) -> Rows:
    return [row[:length] for row, length in zip(values, lengths, strict=True)]


def _numbers(rows: Rows) -> np.ndarray:
    return np.concatenate([row.argmax(-1) for row in rows])
