"""From token ids to the probabilities of labels, without TensorFlow."""

import functools
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy as np

from toolkit.data.batching.batch_plan import BatchPlan, length_boundaries
from toolkit.data.batching.token_lists import padded
from toolkit.inference.runner import Runner

SERVED = "serving_default"
"""The signature that labels."""

TOKENS_PER_BATCH = 16384
LEAST = 1e-30  # probability whose logarithm is taken


def probabilities_of(runner: Runner, token_lists: Sequence[np.ndarray], tokens_per_batch: int | None = TOKENS_PER_BATCH) -> np.ndarray:
    """Runs a classifier over texts of any length.

    Args:
        runner: Its signature `serving_default` takes `tokens`, int32 `[batch, time]`, and gives the probabilities.
        token_lists: As in `predict_probabilities`.
        tokens_per_batch: As in `predict_probabilities`.

    Returns:
        float32 `[len(token_lists), labels]`, in the order of the texts.
    """
    return predict_probabilities(functools.partial(scores_of, runner), token_lists, tokens_per_batch)


def scores_of(runner: Runner, tokens: np.ndarray, signature: str = SERVED) -> np.ndarray:
    """Returns the one output of a signature whose one input is `tokens`."""
    [scores] = runner.run(signature, tokens=tokens).values()
    return scores


def predict_probabilities(
    probabilities: Callable[[np.ndarray], Any], token_lists: Sequence[np.ndarray], tokens_per_batch: int | None = TOKENS_PER_BATCH
) -> np.ndarray:
    """Runs a function of token ids over texts of any length.

    Texts of similar length go together, so that little is computed for padding.

    Args:
        probabilities: From int32 `[batch, time]`, 0 for padding, to `[batch, labels]`.
        token_lists: Token ids of each text.
        tokens_per_batch: Size of a batch, padding included; `None` for one text at a time, without padding.

    Returns:
        float32 `[len(token_lists), labels]`, in the order of the texts.
    """
    results: list[np.ndarray] = [np.empty(0, np.float32)] * len(token_lists)
    for rows, length in _batches([len(ids) for ids in token_lists], tokens_per_batch):
        answers = np.asarray(probabilities(padded([token_lists[row] for row in rows], length)))
        for row, answer in zip(rows, answers, strict=True):
            results[row] = answer
    return np.stack(results)


def _batches(lengths: Sequence[int], tokens_per_batch: int | None) -> Iterator[tuple[Sequence[int], int]]:
    """Yields the rows of each batch, and its length; a text without tokens is one step of padding."""
    if tokens_per_batch is None:
        yield from (([row], max(length, 1)) for row, length in enumerate(lengths))
        return
    plan = BatchPlan(lengths, length_boundaries(max([*lengths, 1])), tokens_per_batch, shuffle=False)
    for indices, boundary in plan.epoch(0):
        yield indices[indices >= 0], boundary


def logarithm(probabilities: np.ndarray) -> np.ndarray:
    """Returns the logarithms of probabilities, of any shape; finite also of those that are 0."""
    return np.log(np.maximum(probabilities, LEAST))
