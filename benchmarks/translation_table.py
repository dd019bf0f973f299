"""The tables of translation scores in docs/results.md."""

import itertools
from collections.abc import Sequence

from benchmarks.curves import curves
from benchmarks.markdown import COSTS, scored_rows, table_of
from benchmarks.records import TranslationRecord

SCORES = ("BLEU", "chrF", "TER", "exact match", "perplexity")
PROGRESS = "BLEU of greedy translations of the validation split"


def translation_table(records: Sequence[TranslationRecord]) -> str:
    """Returns a Markdown table, the highest BLEU first, with the published results that the records name; and the records' examples."""
    rows = [(*row, code) for row, code in itertools.zip_longest(scored_rows(records), map(_code, records), fillvalue="")]
    rows.sort(key=lambda row: -row[1].get("BLEU", 0))
    measured = [name for name in SCORES if any(name in scores for _, scores, *_ in rows)]
    cells = ([what, *(score(name, scores.get(name)) for name in measured), *costs, code] for what, scores, costs, code in rows)
    table = table_of(["model", *measured, *COSTS, "BLEU is"], cells)
    return table + curves(records, PROGRESS, ".1f") + "".join(_examples(record) for record in records if record.examples)


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
