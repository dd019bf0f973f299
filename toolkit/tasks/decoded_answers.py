"""Sequences of tokens that decoding finds, such as translations, as they are compared with one another."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

import keras
import numpy as np

from toolkit.errors import UserError
from toolkit.export.report import Agreement
from toolkit.export.tolerance import Tolerance, nudged_answers
from toolkit.export.verification import check_finite


class Answer(NamedTuple):
    """What was found for one input.

    Attributes:
        tokens: Its ids or pieces.
        score: Its score.
        alignment: `[len(tokens), positions]`.
        strings: The same as texts, if these are known.
    """

    tokens: tuple
    score: float
    alignment: np.ndarray
    strings: tuple = ()


def compare(name: str, expected: Sequence[Answer], received: Sequence[Answer], tolerance: Tolerance, exact: bool = False) -> Agreement:
    """Compares answers one by one.

    Args:
        name: What is compared.
        expected: What they should be, such as the model's.
        received: Those of an artefact.
        tolerance: How far scores and alignments may be apart.
        exact: Whether other tokens of the same score are an error.

    Raises:
        UserError: A number is not finite, a score or an alignment differs by more than it may, or tokens are others of another score.
    """
    for fault in faults_of(name, expected, received, tolerance, exact).values():
        raise UserError(f"{name}: {fault}")
    return agreement_of(expected, received)


def faults_of(
    name: str, expected: Sequence[Answer], received: Sequence[Answer], tolerance: Tolerance, exact: bool = False
) -> dict[int, str]:
    """Returns what is wrong with answers, by their positions.

    Args:
        name: What is compared.
        expected: What they should be.
        received: What they are.
        tolerance: How far scores and alignments may be apart.
        exact: Whether other tokens of the same score are wrong, too.

    Raises:
        UserError: A number is not finite.
    """
    check_finite(name, *(part for answer in (*expected, *received) for part in (answer.score, answer.alignment)))
    pairs = enumerate(zip(expected, received, strict=True))
    faults = {row: fault_of(*pair, tolerance.total(len(pair[0].tokens)), tolerance.score, exact) for row, pair in pairs}
    return {row: fault for row, fault in faults.items() if fault}


def fault_of(wanted: Answer, found: Answer, score: float, look: float, exact: bool = False) -> str:
    """Returns what is wrong with an answer; `""` if nothing is.

    Args:
        wanted: What it should be.
        found: What it is.
        score: Most that its score may be off by.
        look: Most that its alignment may be off by.
        exact: Whether other tokens of the same score are wrong, too.
    """
    difference = abs(wanted.score - found.score)
    if difference > score:
        return f"expected the model's answers and their scores to within {score:.1g}, found a difference of {difference:.2g}"
    if wanted.tokens == found.tokens:
        is_same = wanted.strings == found.strings and _close(wanted.alignment, found.alignment, look)
    else:
        is_same = not exact
    return "" if is_same else "expected the model's answers and alignments, found others"


def are_sound(
    model: keras.Model,
    tolerance: Tolerance,
    expected: Sequence[Answer],
    received: Sequence[Answer],
    given: Callable[[], Sequence[Answer]],
    decoded: Callable[[], Sequence[Answer]],
) -> list[bool]:
    """Returns whether each answer is as right as the model's own, which says another.

    The model has to give it the score and the alignment that it has, as far as it is sure of them. And that score has to be the one of the
    model's own answer, or the model, its weights moved by a rounding, finds another one itself.

    Args:
        model: The model.
        tolerance: How far scores and alignments may be apart.
        expected: The model's own answers.
        received: Those of an artefact.
        given: Has the model answer with the tokens of `received`.
        decoded: Has the model decode.
    """
    own = given()
    limits = [_limits(tolerance, *each) for each in zip(own, *nudged_answers(model, tolerance.rounding, given), strict=True)]
    moved = list(zip(*nudged_answers(model, tolerance.rounding, decoded), strict=True))

    def is_sound(row: int) -> bool:
        score, look = limits[row]
        if own[row].tokens != received[row].tokens or fault_of(own[row], received[row], score, look):
            return False
        as_good = abs(own[row].score - expected[row].score) <= score
        return as_good or any(each.tokens != expected[row].tokens for each in moved[row])

    return [is_sound(row) for row in range(len(received))]


def agreement_of(expected: Sequence[Answer], received: Sequence[Answer]) -> Agreement:
    """Returns how far answers agree of which none is wrong: other tokens are a tie."""
    pairs = list(zip(expected, received, strict=True))
    same = sum(wanted.tokens == found.tokens for wanted, found in pairs)
    largest = max((abs(wanted.score - found.score) for wanted, found in pairs), default=0.0)
    return Agreement(float(largest), same, len(pairs), len(pairs) - same)


def answers_of(decoded: Mapping[str, Any]) -> list[Answer]:
    """Returns the answers of a batch, from the parts of `Decoded` by name."""
    parts = zip(*(np.asarray(decoded[name]) for name in ("tokens", "lengths", "scores", "alignments")), strict=True)
    return [Answer(tuple(tokens[:length].tolist()), float(score), alignment[:length]) for tokens, length, score, alignment in parts]


def _limits(tolerance: Tolerance, own: Answer, *moved: Answer) -> tuple[float, float]:
    """Returns how far the score and the alignment of an answer may be off, as far as they move with the weights."""
    score = 2 * max(abs(each.score - own.score) for each in moved)
    look = 2 * max(np.abs(each.alignment - own.alignment).max(initial=0) for each in moved)
    return tolerance.total(len(own.tokens)) + score, tolerance.score + look


def _close(expected: np.ndarray, received: np.ndarray, tolerance: float) -> bool:
    """Whether two alignments are the same; one may have more positions, of padding."""
    positions = min(expected.shape[1], received.shape[1])
    return np.allclose(expected[:, :positions], received[:, :positions], rtol=0, atol=tolerance)
