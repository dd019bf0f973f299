"""What the signatures of a translator answer, as `toolkit.tasks.decoded_answers` compares it."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from toolkit.data.batching.token_lists import by_length, padded
from toolkit.inference.log_probability import log_probability
from toolkit.inference.runner import Runner
from toolkit.tasks.decoded_answers import Answer, answers_of


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


def string_answers_of(answers: Mapping[str, Any]) -> list[Answer]:
    """Returns the answers of a batch, from the outputs of a SavedModel's `translate`."""
    names = ("translations", "source_tokens", "tokens", "scores", "alignments")
    found = []
    for text, source, tokens, score, alignment in zip(*(answers[name] for name in names), strict=True):
        pieces, source_pieces = ([piece.decode() for piece in part if piece] for part in (tokens, source))
        found.append(Answer(tuple(pieces), float(score), alignment[: len(pieces)], (text.decode(), *source_pieces)))
    return found
