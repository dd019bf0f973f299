"""What explaining an answer needs, whatever is read: what to explain, and which answers to compare. No TensorFlow here."""

import dataclasses
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from toolkit.arguments import InvalidArgument, check_integer, option
from toolkit.errors import UserError
from toolkit.inspection.explained import OCCLUSION, Attribution, Explained, Flip


def needed_explainer(training: Any, explainer: Any) -> Any:
    """Returns what explains the answers of a run to `predict`.

    Args:
        training: The `TrainingRun`.
        explainer: What its kind of task has found for it; `None` for nothing.

    Raises:
        UserError: It is nothing.
    """
    if explainer is None:
        raise UserError(
            f"{option('explain')}: expected a model that embeds what it reads in one layer, received that of {training.run.path}"
        )
    return explainer


def texts_to_explain(training: Any, text: str | None, examples: int) -> list[str]:
    """Returns a text that is asked for, or the first held-out ones that a run keeps.

    Args:
        training: The `TrainingRun`.
        text: The text; `None` for held-out ones.
        examples: How many of those.

    Raises:
        InvalidArgument: The text has no words.
        UserError: No held-out text has.
    """
    if text is not None:
        if not text.split():
            raise InvalidArgument("text", "a text with words", text)
        return [text]
    texts = [each for each in training.run.read_json(training.run.samples) if each.split()][:examples]
    if not texts:
        raise UserError(f"{training.run.samples}: expected a held-out text with words, found none; give one by {option('text')}")
    return texts


def samples_to_explain(training: Any, text: str | None, examples: int) -> list[Any]:
    """Returns the first held-out samples that a run keeps of what it looks at.

    Args:
        training: The `TrainingRun`.
        text: A text, which is no image.
        examples: How many.

    Raises:
        InvalidArgument: A text was given.
    """
    if text is not None:
        raise InvalidArgument("text", "none of a run that looks at images", text)
    return training.run.read_json(training.run.samples)[:examples]


def check_one_answer(hypothesis: int) -> None:
    """Refuses to look at another hypothesis than the first, for what has a single answer.

    Raises:
        InvalidArgument: It is another one.
    """
    if hypothesis != 1:
        raise InvalidArgument("hypothesis", "1 of a run that gives one answer", hypothesis)


def search_for(search: Any, hypothesis: int) -> Any:
    """Returns a search that gives hypotheses up to one that is asked for.

    Args:
        search: The `Search` of a run.
        hypothesis: Which one, from 1, the best.

    Raises:
        InvalidArgument: The search keeps fewer.
    """
    if search.method != "beam":
        check_one_answer(hypothesis)
        return search
    check_integer("hypothesis", hypothesis, 1, search.beam_width)
    return dataclasses.replace(search, n_best=hypothesis)


def without_each(ids: np.ndarray) -> np.ndarray:
    """Returns a sequence without each of its parts, `[len(ids), len(ids) - 1]`."""
    return np.stack([np.delete(ids, place, 0) for place in range(len(ids))])


def with_occlusion(explained: Explained, without: np.ndarray, chosen: Sequence[int], name_of: Callable[[int], str]) -> Explained:
    """Returns an explanation with what leaving out each token takes from its score, and with all tokens that change the answer.

    Args:
        explained: The explanation.
        without: Logits of all answers without each of the tokens, `[tokens, answers]`.
        chosen: Numbers of the answer and of the next best one.
        name_of: The name of an answer, from its number.
    """
    logits = without.astype("float64")
    taken = explained.score - (logits[:, chosen[0]] - logits[:, chosen[1]])
    best = zip(explained.tokens, logits.argmax(-1), strict=True)
    flips = [Flip(token, place, name_of(int(answer))) for place, (token, answer) in enumerate(best) if answer != chosen[0]]
    return explained._replace(attributions=[*explained.attributions, Attribution(OCCLUSION, taken)], flips=flips)


def runner_up(values: np.ndarray, answer: int) -> int:
    """Returns the place of the highest value but that of the answer."""
    return two_best(np.where(np.arange(len(values)) == answer, -np.inf, values))[0]


def two_best(values: np.ndarray) -> tuple[int, int]:
    """Returns the places of the highest value and of the next one, of at least two."""
    best, other = np.argsort(-values, kind="stable")[:2]
    return int(best), int(other)
