"""Whether exported models answer as the model does: what the tasks share."""

import abc
import statistics
import time
from collections.abc import Callable, Iterable, Sequence
from typing import Any, ClassVar

import numpy as np
import tensorflow as tf

from toolkit.errors import UserError
from toolkit.export.report import Agreement
from toolkit.inference.runner import Runner, encoded
from toolkit.text.graph_tokenizer import GraphTokenizer, compare_tokenizers, has_operators
from toolkit.text.tokenizer import Tokenizer

LEAST_SAME = 0.99  # share of the labels that rounded weights must leave as they are
TIMED = 15  # texts


class Check(abc.ABC):
    """Compares artefacts with a model, which reads with its compiled time loop, so that the artefacts' loops are compared with another.

    Each method takes what runs an artefact, and raises a `UserError` if that differs from the model by more than it may.
    """

    answers: ClassVar[str]
    """What is compared, such as `"labels"`."""

    measure: ClassVar[str]
    """How good answers are called, such as `"accuracy"`."""

    timed: ClassVar[str] = "text"
    """What `Agreement.milliseconds` is the time of."""

    texts: Sequence[str]
    """What is asked."""

    quality: float | None
    """The measure of the model itself, if there are references."""

    @abc.abstractmethod
    def saved_model(self, runner: Runner) -> Agreement:
        """Compares a SavedModel, which must answer as the model does."""

    @abc.abstractmethod
    def litert(self, runner: Runner) -> Agreement:
        """Compares a LiteRT file in single precision, which must answer as the model does."""

    @abc.abstractmethod
    def rounded(self, runner: Runner, name: str, rounding: float) -> Agreement:
        """Compares a LiteRT file whose weights are rounded.

        It may differ, but has to give finite numbers, and the same ones at a second call.

        Args:
            runner: The file, opened.
            name: What messages call it.
            rounding: Share of its size that a weight is off by.
        """

    @abc.abstractmethod
    def static(self, runner: Runner) -> Agreement:
        """Compares a LiteRT file of fixed shapes, which must answer as the model does to what fits."""


def largest_difference(
    name: str,
    expected: np.ndarray,
    received: np.ndarray,
    tolerance: np.ndarray | float,
    unsure: Callable[[], np.ndarray] | None = None,
) -> float:
    """Compares the scores of an artefact with those of the model, one by one.

    Args:
        name: What the artefact is called.
        expected: Scores of the model.
        received: Scores of the artefact.
        tolerance: How far they may be apart: all, or each. See `Tolerance`.
        unsure: Says by how much more, as the model is unsure of its own scores; it is asked only if there is need. See `spread`.

    Returns:
        The largest difference.

    Raises:
        UserError: A score is not finite or differs by more than it may.
    """
    if not np.size(expected):
        return 0.0
    largest, differences = difference_of(name, expected, received), np.abs(expected - received)
    if (differences <= tolerance).all():
        return largest
    allowed = tolerance + (0.0 if unsure is None else unsure())
    if (differences > allowed).any():
        place = np.argmax(np.where(differences > allowed, differences, 0))
        found, within = differences.flat[place], np.broadcast_to(allowed, differences.shape).flat[place]
        raise UserError(f"{name}: expected the scores of the model, each to within {within:.1g}, found a difference of {found:.2g}")
    return largest


def difference_of(name: str, expected: np.ndarray, received: np.ndarray) -> float:
    """Returns the largest difference of scores.

    Args:
        name: What the artefact is called.
        expected: Scores of the model.
        received: Scores of the artefact.

    Raises:
        UserError: A score is not finite.
    """
    check_finite(name, expected, received)
    return float(np.abs(expected - received).max())


def check_finite(name: str, *numbers: np.ndarray) -> None:
    """Checks that numbers are finite; a largest difference would hide a NaN.

    Raises:
        UserError: One is not.
    """
    if not all(np.isfinite(part).all() for part in numbers):
        raise UserError(f"{name}: expected finite numbers, found NaN or infinity, which cannot be compared; has the training diverged?")


def median_milliseconds(call: Callable[[Any], Any], items: Iterable[Any]) -> float:
    """Returns the median time of calls, after two that are not counted."""
    times = []
    for item in items:
        started = time.perf_counter()
        call(item)
        times.append(1000 * (time.perf_counter() - started))
    return round(statistics.median(times[2:] or times), 3)


def ids_in_graph(tokenizer: Tokenizer, texts: Sequence[str]) -> list[np.ndarray]:
    """Returns the token ids that a SavedModel finds; of equally likely ids of a text they may be other ones than outside of the graph.

    Raises:
        UserError: They are less likely.
    """
    if not has_operators():  # so the graph takes ids
        return tokenizer.encode(texts)
    graph_tokenizer = GraphTokenizer(tokenizer)
    if different := compare_tokenizers(tokenizer, graph_tokenizer, texts).different:
        raise UserError(f"SavedModel: expected the tokenizer's ids, found others in {different} texts")
    return [np.array(ids, np.int32) for ids in graph_tokenizer(tf.constant(encoded(texts), tf.string)).to_list()]
