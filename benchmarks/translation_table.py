"""The tables of translation scores in docs/results.md and README.md."""

from collections.abc import Sequence

from benchmarks.markdown import memory, table_of
from benchmarks.records import TranslationRecord

SCORES = ("BLEU", "chrF", "TER", "exact match", "perplexity")


def translation_table(records: Sequence[TranslationRecord]) -> str:
    """Returns a Markdown table, the highest BLEU first, with the published results that the records name; and the records' examples."""
    published = {reference["what"]: reference["scores"] for record in records for reference in record.references}
    rows = [
        *(
            (record.what, record.scores, f"{record.parameters:,}", f"{record.minutes:.1f}", memory(record.peak_memory_gib), _code(record))
            for record in records
        ),
        *((f"*{what}*", scores, "", "", "", "") for what, scores in published.items()),
    ]
    rows.sort(key=lambda row: -row[1].get("BLEU", 0))
    measured = [name for name in SCORES if any(name in scores for _, scores, *_ in rows)]
    head = ["model", *measured, "parameters", "minutes", "GiB", "BLEU is"]
    table = table_of(head, ([what, *(score(name, scores.get(name)) for name in measured), *rest] for what, scores, *rest in rows))
    return table + "".join(_examples(record) for record in records if record.examples)


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
