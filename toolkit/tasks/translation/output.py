"""Translations as answers."""

from typing import Any

from toolkit.tasks.records import Answer, rounded
from toolkit.tasks.translation.text_translator import Hypothesis, Translation
from toolkit.text.line_breaks import one_line


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


def _hypothesis(hypothesis: Hypothesis) -> dict[str, Any]:
    alignment = hypothesis.alignment
    rows = None if alignment is None else [[rounded(weight) for weight in row] for row in alignment]
    return {"translation": hypothesis.text, "score": rounded(hypothesis.score), "tokens": hypothesis.tokens, "alignment": rows}
