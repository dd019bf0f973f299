"""The tables of translation scores in docs/results.md."""

import itertools
from collections.abc import Sequence

from benchmarks.markdown import COSTS, scored_rows, table_of
from benchmarks.records import TranslationRecord

SCORES = ("BLEU", "chrF", "TER", "exact match", "perplexity")
MINUTES = (15, 25, 60)


def translation_table(records: Sequence[TranslationRecord]) -> str:
    """Returns a Markdown table, the highest BLEU first, with the published results that the records name; and the records' examples."""
    rows = [(*row, code) for row, code in itertools.zip_longest(scored_rows(records), map(_code, records), fillvalue="")]
    rows.sort(key=lambda row: -row[1].get("BLEU", 0))
    measured = [name for name in SCORES if any(name in scores for _, scores, *_ in rows)]
    cells = ([what, *(score(name, scores.get(name)) for name in measured), *costs, code] for what, scores, costs, code in rows)
    table = table_of(["model", *measured, *COSTS, "BLEU is"], cells)
    return table + _progress(records) + "".join(_examples(record) for record in records if record.examples)


def _progress(records: Sequence[TranslationRecord]) -> str:
    """Says how far the long trainings were after so many minutes."""
    rows = [[record.what, *(f"{value:.1f}" for value in values)] for record in records if (values := bleu_after(record.progress))]
    if not rows:
        return ""
    introduction = (
        "BLEU of greedy translations of the validation split, after the last epoch that ended within so many minutes of training:"
    )
    return f"\n{introduction}\n\n{table_of(['model', *map(str, MINUTES)], rows)}"


def bleu_after(progress: Sequence[Sequence[float]]) -> list[float]:
    """Returns the last BLEU within each of `MINUTES`; nothing for a training that did not last as long, or of which it is not known."""
    ended = [[bleu for minutes, bleu in progress if minutes <= most] for most in MINUTES]
    return [bleus[-1] for bleus in ended] if progress and progress[-1][0] >= MINUTES[-1] and all(ended) else []


def _examples(record: TranslationRecord) -> str:
    rows = ([_cell(example["source"]), _cell(example["translation"])] for example in record.examples)
    introduction = f"The first {len(record.examples)} held-out sentences that the run of *{record.what}* keeps, whatever came of them:"
    return f"\n{introduction}\n\n{table_of(['source', 'translation'], rows, words=2)}"


def _cell(text: str) -> str:
    return text.replace("|", r"\|")


def score(name: str, value: float | None) -> str:
    """Returns a score with one digit after the point, a share as per cent, perplexity with three digits; nothing for nothing."""
    if value is None:
        return ""
    if name == "perplexity":
        return f"{value:.3g}"
    return f"{100 * value:.1f} %" if name == "exact match" else f"{value:.1f}"


def _code(record: TranslationRecord) -> str:
    return f"`{record.signature}`".replace("|", " ")  # a bar would end the cell
