"""Translations as they are compared with one another."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np

from toolkit.data.batching.token_lists import by_length, padded
from toolkit.errors import UserError
from toolkit.export.report import Agreement
from toolkit.export.tolerance import Tolerance
from toolkit.export.verification import check_finite
from toolkit.inference.log_probability import log_probability
from toolkit.inference.runner import Runner


class Answer(NamedTuple):
    """One translation.

    Attributes:
        tokens: Its ids or pieces.
        score: Its score.
        alignment: `[len(tokens), positions]`.
        strings: The translation as a text and the pieces of its source, if they are known.
    """

    tokens: tuple
    score: float
    alignment: np.ndarray
    strings: tuple = ()


def compare(name: str, expected: Sequence[Answer], received: Sequence[Answer], tolerance: Tolerance, exact: bool = False) -> Agreement:
    """Compares translations one by one.

    Args:
        name: What is compared.
        expected: What the translations should be, such as the model's.
        received: Those of an artefact.
        tolerance: How far scores and alignments may be apart.
        exact: Whether another translation of the same score is an error.

    Raises:
        UserError: A number is not finite, a score or an alignment differs by more than it may, or a translation is another one of another
            score.
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
        exact: Whether another translation of the same score is wrong, too.

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
        exact: Whether another translation of the same score is wrong, too.
    """
    difference = abs(wanted.score - found.score)
    if difference > score:
        return f"expected the model's translations and their scores to within {score:.1g}, found a difference of {difference:.2g}"
    if wanted.tokens == found.tokens:
        is_same = wanted.strings == found.strings and _close(wanted.alignment, found.alignment, look)
    else:
        is_same = not exact
    return "" if is_same else "expected the model's translations and alignments, found others"


def agreement_of(expected: Sequence[Answer], received: Sequence[Answer]) -> Agreement:
    """Returns how far answers agree of which none is wrong: another translation is a tie."""
    pairs = list(zip(expected, received, strict=True))
    same = sum(wanted.tokens == found.tokens for wanted, found in pairs)
    largest = max((abs(wanted.score - found.score) for wanted, found in pairs), default=0.0)
    return Agreement(float(largest), same, len(pairs), len(pairs) - same)


def step_by_step(runner: Runner, source: np.ndarray, token_lists: Sequence[Sequence[int]], begin_id: int) -> list[Answer]:
    """Scores given translations with `encode` and `step`, as a host would drive them.

    Args:
        runner: Has the signatures `encode` and `step`.
        source: int32 `[batch, positions]`.
        token_lists: The tokens of each translation.
        begin_id: What the decoder reads first.
    """
    tokens = padded([np.array(ids, np.int32) for ids in token_lists])
    state = runner.run("encode", source=source)
    read, scores, looks = np.full(len(tokens), begin_id, np.int32), np.zeros(len(tokens)), []
    for column in tokens.T:
        outputs = runner.run("step", tokens=read, **state)
        scores += np.where(column != 0, log_probability(outputs.pop("logits"), column), 0.0)
        state.update(outputs)
        looks.append(state["alignment"])
        read = column
    alignments = np.stack(looks, 1)
    return [Answer(tuple(ids), scores[row], alignments[row, : len(ids)]) for row, ids in enumerate(token_lists)]


def translations_of(runner: Runner, signature: str, sources: Sequence[np.ndarray]) -> list[Answer]:
    """Returns the answers of a signature that takes `source`, token ids, and gives the parts of `Decoded`."""
    return in_batches(lambda rows: answers_of(runner.run(signature, source=padded([sources[row] for row in rows]))), sources)


def in_batches(answers_to: Callable[[list[int]], list[Answer]], sources: Sequence[np.ndarray]) -> list[Answer]:
    """Asks for the answers to the sources with these positions, and returns all in the order of the sources."""
    answers: dict[int, Answer] = {}
    for rows in by_length([len(ids) for ids in sources]):
        answers.update(zip(rows, answers_to(rows), strict=True))
    return [answers[row] for row in range(len(sources))]


def answers_of(decoded: Mapping[str, Any]) -> list[Answer]:
    """Returns the answers of a batch, from the parts of `Decoded` by name."""
    parts = zip(*(np.asarray(decoded[name]) for name in ("tokens", "lengths", "scores", "alignments")), strict=True)
    return [Answer(tuple(tokens[:length].tolist()), float(score), alignment[:length]) for tokens, length, score, alignment in parts]


def string_answers_of(answers: Mapping[str, Any]) -> list[Answer]:
    """Returns the answers of a batch, from the outputs of a SavedModel's `translate`."""
    names = ("translations", "source_tokens", "tokens", "scores", "alignments")
    found = []
    for text, source, tokens, score, alignment in zip(*(answers[name] for name in names), strict=True):
        pieces, source_pieces = ([piece.decode() for piece in part if piece] for part in (tokens, source))
        found.append(Answer(tuple(pieces), float(score), alignment[: len(pieces)], (text.decode(), *source_pieces)))
    return found


def _close(expected: np.ndarray, received: np.ndarray, tolerance: float) -> bool:
    """Whether two alignments are the same; one may have more positions, of padding."""
    positions = min(expected.shape[1], received.shape[1])
    return np.allclose(expected[:, :positions], received[:, :positions], rtol=0, atol=tolerance)
