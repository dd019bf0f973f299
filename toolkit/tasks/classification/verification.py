"""Whether an exported classifier answers as the model does."""

from collections.abc import Callable, Sequence

import keras
import numpy as np
import tensorflow as tf

from toolkit.data.batching.crop import crop
from toolkit.data.batching.token_lists import padded
from toolkit.errors import UserError
from toolkit.export.report import Agreement
from toolkit.export.tolerance import Tolerance, nudged_answers, spread
from toolkit.export.verification import (
    LEAST_SAME,
    TIMED,
    Check,
    check_finite,
    difference_of,
    ids_in_graph,
    largest_difference,
    median_milliseconds,
)
from toolkit.inference.runner import Runner, encoded
from toolkit.tasks.classification.functions import classifier_runner
from toolkit.tasks.classification.probabilities import SERVED, probabilities_of, scores_of
from toolkit.text.tokenizer import Tokenizer

BATCH = 32
TOKENS = "tokens"  # name of the signatures of fixed shapes, before their shapes


class ClassifierCheck(Check):
    """Compares the artefacts of a classifier with it.

    Args:
        model: Classifier from token ids to logits.
        tokenizer: Its tokenizer.
        max_length: Tokens kept of a text.
        label_names: Names of the labels, in the order of the logits.
        texts: What to label.
        references: The right labels of the first so many texts.
    """

    answers, measure = "labels", "accuracy"

    def __init__(
        self,
        model: keras.Model,
        tokenizer: Tokenizer,
        max_length: int,
        label_names: Sequence[str],
        texts: Sequence[str],
        references: Sequence[str],
    ):
        self.label_names, self.max_length = list(label_names), max_length
        self.texts, self.references = list(texts), list(references)
        self.model, self.reference = model, classifier_runner(model, "compiled")
        self.tokens = self._cropped(tokenizer.encode(texts))
        self.tokens_in_graph = self._cropped(ids_in_graph(tokenizer, texts))
        self.expected = self.expected_in_graph = self._labeled(self.tokens)
        if not all(map(np.array_equal, self.tokens, self.tokens_in_graph)):  # equally likely ids, but other ones, with scores of their own
            self.expected_in_graph = self._labeled(self.tokens_in_graph)
        check_finite("the model", self.expected)
        least = max(self.expected.min(), np.finfo(np.float32).tiny)
        self.tolerance = Tolerance.of_model(model, size=-np.log(least))  # of logits whose softmax is the probabilities
        self.quality = self._accuracy(self.expected)

    def saved_model(self, runner: Runner) -> Agreement:
        """Compares all signatures of a SavedModel."""
        texts = encoded(self.texts)
        found = np.concatenate([self._named(runner, texts[start : start + BATCH]) for start in range(0, len(texts), BATCH)])
        difference = self._compare("SavedModel", self.expected_in_graph, found, lambda: self._labeled(self.tokens_in_graph))
        if not np.array_equal(*(self._named(runner, texts[:BATCH]) for _ in range(2))):
            raise UserError("SavedModel: expected the same scores at every call, found others")
        self._check_classify(runner, texts[:BATCH])
        for name, signature in runner.signatures.items():
            if name.startswith(TOKENS):
                self._check_fixed(runner, name, *signature.inputs["tokens"].shape)
        speed = median_milliseconds(lambda text: self._named(runner, [text]), texts[:TIMED])
        return self._agreement(difference, self.expected_in_graph, found, speed)

    def litert(self, runner: Runner) -> Agreement:
        """Compares a LiteRT file in single precision."""
        return self._litert("LiteRT", runner, lambda *scores: self._compare(*scores, lambda: self._labeled(self.tokens)))

    def rounded(self, runner: Runner, name: str, rounding: float) -> Agreement:
        """Compares a LiteRT file whose weights are rounded; a hundredth of the labels may be other ones, besides those that are unsure."""

        def compare(name: str, expected: np.ndarray, found: np.ndarray) -> float:
            wrong = self._wrong_labels(expected, found, rounding)
            if wrong > (1 - LEAST_SAME) * len(found):
                raise UserError(
                    f"{name}: expected the labels that the model is sure of for {LEAST_SAME:.0%} of the texts, found others for {wrong} of "
                    f"{len(found)}"
                )
            return difference_of(name, expected, found)

        return self._litert(name, runner, compare)

    def _wrong_labels(self, expected: np.ndarray, found: np.ndarray, rounding: float) -> int:
        """Returns how many labels are other ones than the model's, though it would keep its own with weights that are rounded as much."""
        [rows] = np.nonzero(expected.argmax(axis=1) != found.argmax(axis=1))
        if not len(rows):
            return 0
        moved = nudged_answers(self.model, rounding, lambda: self._labeled([self.tokens[row] for row in rows]))
        unsure = 2 * np.max([np.abs(scores - expected[rows]).max(axis=1) for scores in moved], axis=0)
        gaps = expected[rows].max(axis=1) - expected[rows, found[rows].argmax(axis=1)]
        return int((gaps > 2 * unsure).sum())  # one score falls and the other rises

    def static(self, runner: Runner) -> Agreement:
        """Compares a LiteRT file of fixed shapes."""
        _, length = runner.signatures[SERVED].inputs["tokens"].shape
        rows = [padded([crop(ids, length)], length) for ids in self.tokens]

        def expect():
            return scores_of(self.reference, np.concatenate(rows))

        expected = expect()
        found = np.concatenate([scores_of(runner, row) for row in rows])
        difference = self._compare("LiteRT of fixed shapes", expected, found, expect)
        speed = median_milliseconds(lambda row: scores_of(runner, row), rows[:TIMED])
        return self._agreement(difference, expected, found, speed, measured=False)

    def _litert(self, name: str, runner: Runner, compare: Callable[[str, np.ndarray, np.ndarray], float]) -> Agreement:
        found = probabilities_of(runner, self.tokens, None)
        if not np.array_equal(probabilities_of(runner, self.tokens[:3], None), found[:3]):
            raise UserError(f"{name}: expected the same scores at every call, found others")
        speed = median_milliseconds(lambda ids: probabilities_of(runner, [ids], None), self.tokens[:TIMED])
        return self._agreement(compare(name, self.expected, found), self.expected, found, speed)

    def _named(self, runner: Runner, texts: Sequence[bytes]) -> np.ndarray:
        """Returns the scores of texts, whose labels have to be those of the highest scores."""
        answer = runner.run(SERVED, texts=texts)
        if [name.decode() for name in answer["labels"]] != [self.label_names[best] for best in answer["scores"].argmax(axis=1)]:
            raise UserError("SavedModel: expected the label of the highest score, found another one")
        return answer["scores"]

    def _check_classify(self, runner: Runner, texts: Sequence[bytes]) -> None:
        """Compares the signature in the form of TF Serving's Classify API."""
        classified, some = runner.run("classify", inputs=[example(text) for text in texts]), self.tokens_in_graph[: len(texts)]
        self._compare("SavedModel, classify", self.expected_in_graph[: len(texts)], classified["scores"], lambda: self._labeled(some))
        if any([name.decode() for name in row] != self.label_names for row in classified["classes"]):
            raise UserError("SavedModel, classify: expected the names of the labels in the order of their scores, found others")

    def _check_fixed(self, runner: Runner, name: str, batch: int, length: int) -> None:
        """Compares a signature of one shape, on texts cut to it."""
        rows = padded([crop(ids, length) for ids in self.tokens_in_graph[:batch]], length)
        rows = np.concatenate([rows, np.zeros((batch - len(rows), length), np.int32)])

        def expect():
            return scores_of(self.reference, rows)

        self._compare(f"SavedModel, {name}", expect(), scores_of(runner, rows, name), expect)

    def _labeled(self, token_lists: Sequence[np.ndarray]) -> np.ndarray:
        return probabilities_of(self.reference, token_lists)

    def _compare(self, name: str, expected: np.ndarray, found: np.ndarray, expect: Callable[[], np.ndarray]) -> float:
        """Compares probabilities; `expect` asks the model for them."""

        def unsure():
            moved = nudged_answers(self.model, self.tolerance.rounding, expect)
            return np.concatenate(spread(expected[:, np.newaxis], [scores[:, np.newaxis] for scores in moved]))

        return largest_difference(name, expected, found, self.tolerance.probability(expected), unsure)

    def _agreement(self, difference: float, expected: np.ndarray, found: np.ndarray, speed: float, measured: bool = True) -> Agreement:
        best, found_best = expected.argmax(axis=1), found.argmax(axis=1)
        gaps = (expected[np.arange(len(best)), best] - expected[np.arange(len(best)), found_best])[best != found_best]
        quality = self._accuracy(found) if measured else None
        return Agreement(difference, int((best == found_best).sum()), len(best), int((gaps <= 2 * difference).sum()), quality, speed)

    def _accuracy(self, scores: np.ndarray) -> float | None:
        if not self.references:
            return None
        rows = zip(scores.argmax(axis=1), self.references, strict=False)
        return float(np.mean([self.label_names[best] == right for best, right in rows]))

    def _cropped(self, token_lists: Sequence[np.ndarray]) -> list[np.ndarray]:
        return [crop(ids, self.max_length) for ids in token_lists]


def example(text: bytes) -> bytes:
    """Returns a text as TF Serving's Classify API sends it: a serialized `tf.Example` with the feature `text`."""
    feature = tf.train.Feature(bytes_list=tf.train.BytesList(value=[text]))
    return tf.train.Example(features=tf.train.Features(feature={"text": feature})).SerializeToString()
