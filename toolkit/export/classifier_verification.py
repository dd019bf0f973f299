"""Whether an exported classifier answers as the model does."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import keras
import numpy as np
import tensorflow as tf

from toolkit.data.batching.crop import crop
from toolkit.data.batching.token_lists import padded
from toolkit.errors import UserError
from toolkit.evaluation.prediction import predict_probabilities, probability_function
from toolkit.export.litert_model import LiteRTCompiled, LiteRTModel
from toolkit.export.tolerance import Tolerance, nudged_answers, spread
from toolkit.export.verification import (
    LEAST_SAME,
    TIMED,
    Agreement,
    Check,
    check_finite,
    difference_of,
    encoded,
    ids_in_graph,
    largest_difference,
    median_milliseconds,
)
from toolkit.text.tokenizer import Tokenizer

BATCH = 32
TOKENS = "tokens"  # name of the signatures of fixed shapes, before their shapes


class ClassifierCheck(Check):
    """Compares the artefacts of a classifier with it.

    Args:
        model: Classifier from token ids to logits, with `label_names`.
        tokenizer: Its tokenizer.
        max_length: Tokens kept of a text.
        texts: What to label.
        references: The right labels of the first so many texts.
    """

    answers, measure = "labels", "accuracy"

    def __init__(self, model: keras.Model, tokenizer: Tokenizer, max_length: int, texts: Sequence[str], references: Sequence[str]):
        self.label_names, self.max_length = list(model.label_names), max_length
        self.texts, self.references = list(texts), list(references)
        self.model, self.probabilities = model, probability_function(model, "compiled")
        self.tokens = self._cropped(tokenizer.encode(texts))
        self.tokens_in_graph = self._cropped(ids_in_graph(tokenizer, texts))
        self.expected = self.expected_in_graph = self._labeled(self.tokens)
        if not all(map(np.array_equal, self.tokens, self.tokens_in_graph)):  # equally likely ids, but other ones, with scores of their own
            self.expected_in_graph = self._labeled(self.tokens_in_graph)
        check_finite("the model", self.expected)
        least = max(self.expected.min(), np.finfo(np.float32).tiny)
        self.tolerance = Tolerance.of_model(model, size=-np.log(least))  # of logits whose softmax is the probabilities
        self.quality = self._accuracy(self.expected)

    def saved_model(self, loaded: Any) -> Agreement:
        """Compares all signatures of a SavedModel."""
        label, classify = loaded.signatures["serving_default"], loaded.signatures["classify"]
        texts = encoded(self.texts)

        def scores(rows):
            answer = label(texts=tf.constant(rows))
            labels = [name.decode() for name in answer["labels"].numpy()]
            if labels != [self.label_names[best] for best in answer["scores"].numpy().argmax(axis=1)]:
                raise UserError("SavedModel: expected the label of the highest score, found another one")
            return answer["scores"].numpy()

        found = np.concatenate([scores(texts[start : start + BATCH]) for start in range(0, len(texts), BATCH)])
        difference = self._compare("SavedModel", self.expected_in_graph, found, lambda: self._labeled(self.tokens_in_graph))
        if not np.array_equal(scores(texts[:BATCH]), scores(texts[:BATCH])):
            raise UserError("SavedModel: expected the same scores at every call, found others")
        examples = tf.constant([example(text) for text in texts[:BATCH]])
        classified, some = classify(inputs=examples), self.tokens_in_graph[:BATCH]
        scored = classified["scores"].numpy()
        self._compare("SavedModel, classify", self.expected_in_graph[:BATCH], scored, lambda: self._labeled(some))
        if any([name.decode() for name in row] != self.label_names for row in classified["classes"].numpy()):
            raise UserError("SavedModel, classify: expected the names of the labels in the order of their scores, found others")
        for name, signature in loaded.signatures.items():
            if name.startswith(TOKENS):
                self._check_fixed(name, signature)
        speed = median_milliseconds(lambda text: scores([text]), texts[:TIMED])
        return self._agreement(difference, self.expected_in_graph, found, speed)

    def litert(self, path: Path) -> Agreement:
        """Compares a LiteRT file in single precision."""
        return self._litert("LiteRT", path, lambda *scores: self._compare(*scores, lambda: self._labeled(self.tokens)))

    def rounded(self, path: Path) -> Agreement:
        """Compares a LiteRT file whose weights are rounded; a hundredth of the labels may be other ones."""
        agreement = self._litert(path.name, path, difference_of)
        if agreement.same < LEAST_SAME * agreement.compared:
            raise UserError(
                f"{path.name}: expected the labels of the model for {LEAST_SAME:.0%} of the texts, found them for {agreement.same} of "
                f"{agreement.compared}"
            )
        return agreement

    def static(self, path: Path) -> Agreement:
        """Compares a LiteRT file of fixed shapes, in the runtime of phones and browsers."""
        run = LiteRTCompiled(path)
        length = run.shapes("serving_default")["tokens"][1]
        rows = [padded([crop(ids, length)], length) for ids in self.tokens]

        def expect():
            return self.probabilities(tf.constant(np.concatenate(rows))).numpy()

        expected = expect()
        found = np.concatenate([run("serving_default", tokens=row)["scores"] for row in rows])
        difference = self._compare("LiteRT of fixed shapes", expected, found, expect)
        speed = median_milliseconds(lambda row: run("serving_default", tokens=row), rows[:TIMED])
        return self._agreement(difference, expected, found, speed, measured=False)

    def _litert(self, name: str, path: Path, compare: Callable[[str, np.ndarray, np.ndarray], float]) -> Agreement:
        run = LiteRTModel(path)
        found = np.stack([run(ids) for ids in self.tokens])
        if not all(np.array_equal(run(ids), scores) for ids, scores in zip(self.tokens[:3], found[:3], strict=True)):
            raise UserError(f"{name}: expected the same scores at every call, found others")
        difference = compare(name, self.expected, found)
        return self._agreement(difference, self.expected, found, median_milliseconds(run, self.tokens[:TIMED]))

    def _check_fixed(self, name: str, signature: Any) -> None:
        """Compares a signature of one shape, on texts cut to it."""
        batch, length = signature.structured_input_signature[1]["tokens"].shape
        rows = padded([crop(ids, length) for ids in self.tokens_in_graph[:batch]], length)
        rows = np.concatenate([rows, np.zeros((batch - len(rows), length), np.int32)])

        def expect():
            return self.probabilities(tf.constant(rows)).numpy()

        self._compare(f"SavedModel, {name}", expect(), signature(tokens=tf.constant(rows))["scores"].numpy(), expect)

    def _labeled(self, token_lists: Sequence[np.ndarray]) -> np.ndarray:
        return predict_probabilities(self.probabilities, token_lists)

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
