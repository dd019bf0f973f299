"""Translations as answers."""

import argparse
from collections.abc import Sequence
from typing import Any

import numpy as np

from toolkit.inspection.explained import Explained
from toolkit.tasks.records import Answer, rounded
from toolkit.tasks.told_explanation import by_word, most_telling, records_of_parts, shows_colours, told_below
from toolkit.tasks.translation.text_translator import Hypothesis, Translation
from toolkit.text.line_breaks import one_line
from toolkit.text.tokenizer import SPACE_PIECE


def answer_of(translation: Translation, number: int, n_best: int = 1) -> Answer:
    """Returns the answer to a text.

    - As text a line, the translation, with a space for a line break in it. With `n_best` above 1 a line for each translation,
      `number ||| translation ||| score`.
    - As rows source, translation, score of each translation.
    - As a record the keys `source`, `translation`, `score`, `tokens`, `alignment` (a row for each token, a column for each of the
      source's; null if there is none), `source_tokens`, and with `n_best` above 1 `hypotheses`, a list of all of them.

    Args:
        translation: The translations of the text.
        number: Its number, from 1.
        n_best: Most translations of it that are told.
    """
    best = translation.hypotheses[:n_best]
    record = {"source": translation.source, **_hypothesis(best[0]), "source_tokens": translation.source_tokens}
    rows = [[translation.source, each.text, rounded(each.score)] for each in best]
    if n_best == 1:
        return Answer(record, rows, [f"{one_line(translation.text)}\n"])
    lines = [f"{number} ||| {one_line(each.text)} ||| {each.score:.4f}\n" for each in best]
    return Answer({**record, "hypotheses": [*map(_hypothesis, best)]}, rows, lines)


def with_explanations(answer: Answer, explained: Sequence[Sequence[Explained]], options: argparse.Namespace) -> Answer:
    """Returns an answer that says which words of the source each token hangs on: as `explanation`, in a column, in lines below.

    Args:
        answer: The answer to a text.
        explained: Of each translation that it tells, why each token was written.
        options: The parsed options of `predict`.
    """
    record, rows, text = {**answer, "explanation": records_of_parts(explained[0])}, [], []
    if "hypotheses" in answer:
        pairs = zip(answer["hypotheses"], explained, strict=True)
        record["hypotheses"] = [{**each, "explanation": records_of_parts(parts)} for each, parts in pairs]
    for row, line, parts in zip(answer.rows, answer.text, explained, strict=True):
        tokens, words = [each.answer.replace(SPACE_PIECE, " ").strip() or each.answer for each in parts], [*map(_words, parts)]
        told = zip(tokens, map(most_telling, words), strict=True)
        rows.append([*row, "; ".join(f"{token}: {most}" for token, most in told)])
        text += [line, *told_below(tokens, words, shows_colours(options))]
    return Answer(record, rows, text)


def _words(explained: Explained) -> list[tuple[str, float]]:
    """Returns the words of a source and what each weighs; its end stands for itself."""
    *pieces, end = explained.tokens
    *weights, last = explained.attributions[0].weights
    return [*by_word(explained.item, pieces, np.array(weights)), (end, float(last))]


def _hypothesis(hypothesis: Hypothesis) -> dict[str, Any]:
    alignment = hypothesis.alignment
    rows = None if alignment is None else [[rounded(weight) for weight in row] for row in alignment]
    return {"translation": hypothesis.text, "score": rounded(hypothesis.score), "tokens": hypothesis.tokens, "alignment": rows}
