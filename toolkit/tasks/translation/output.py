"""Writes translations, and scores of given ones, as text, CSV or JSON lines."""

from collections.abc import Iterable
from typing import IO, NamedTuple

from toolkit.tasks.records import check_format, json_line, rounded, write_csv
from toolkit.tasks.translation.text_translator import Hypothesis, Translation
from toolkit.text.line_breaks import one_line


class ScoredPair(NamedTuple):
    """How probable a given translation is.

    Attributes:
        source: The text.
        target: Its translation.
        score: The log-probability of the translation.
    """

    source: str
    target: str
    score: float


def write_translations(translations: Iterable[Translation], file: IO[str], output_format: str, n_best: int = 1) -> None:
    """Writes translations, each as soon as it is there.

    - `text`: a line for each text, its translation. With `n_best` above 1 a line for each translation, `number ||| translation ||| score`,
      with the number of the text from 1.
    - `csv`: a header, then a record for each translation: source, translation, score.
    - `jsonl`: for each text an object with the keys `source`, `translation`, `score`, `tokens`, `alignment` (a row for each token, a column
      for each of the source's; null if there is none), `source_tokens`, and with `n_best` above 1 `hypotheses`, a list of all of them.

    A line break inside of a text is escaped in JSON, quoted in CSV, and a space in text.

    Args:
        translations: What to write.
        file: Open for writing text.
        output_format: One of `FORMATS`.
        n_best: Most translations of a text that are written.

    Raises:
        ValueError: The format is not known.
    """
    check_format(output_format)
    if output_format == "csv":
        rows = ([each.source, best.text, rounded(best.score)] for each in translations for best in each.hypotheses[:n_best])
        write_csv(("source", "translation", "score"), rows, file)
        return
    for number, translation in enumerate(translations, start=1):
        if output_format == "jsonl":
            lines = [json_line(_record(translation, n_best))]
        elif n_best > 1:
            lines = [f"{number} ||| {one_line(best.text)} ||| {best.score:.4f}" for best in translation.hypotheses[:n_best]]
        else:
            lines = [one_line(translation.text)]
        file.write("".join(f"{line}\n" for line in lines))
        file.flush()


def write_scores(pairs: Iterable[ScoredPair], file: IO[str], output_format: str) -> None:
    """Writes how probable given translations are, each as soon as it is known.

    - `text`: the log-probability.
    - `csv`: a header, then source, target and score.
    - `jsonl`: an object with the keys `source`, `target`, `score`.

    Args:
        pairs: What to write.
        file: Open for writing text.
        output_format: One of `FORMATS`.

    Raises:
        ValueError: The format is not known.
    """
    check_format(output_format)
    if output_format == "csv":
        write_csv(ScoredPair._fields, ([pair.source, pair.target, rounded(pair.score)] for pair in pairs), file)
        return
    for pair in pairs:
        record = {**pair._asdict(), "score": rounded(pair.score)}
        file.write(f"{pair.score:.4f}\n" if output_format == "text" else f"{json_line(record)}\n")
        file.flush()


def _record(translation: Translation, n_best: int) -> dict:
    best = _hypothesis(translation.hypotheses[0])
    record = {"source": translation.source, **best, "source_tokens": translation.source_tokens}
    if n_best > 1:
        record["hypotheses"] = [_hypothesis(hypothesis) for hypothesis in translation.hypotheses[:n_best]]
    return record


def _hypothesis(hypothesis: Hypothesis) -> dict:
    alignment = hypothesis.alignment
    rows = None if alignment is None else [[round(float(weight), 4) for weight in row] for row in alignment]
    return {"translation": hypothesis.text, "score": rounded(hypothesis.score), "tokens": hypothesis.tokens, "alignment": rows}
