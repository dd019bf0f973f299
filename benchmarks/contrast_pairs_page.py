"""docs/contrast_pairs.md, made from the pairs and from the records of what each model answers."""

from collections.abc import Sequence
from itertools import groupby

from benchmarks.contrast_pairs import Pair, count_right, is_right, read_pairs
from benchmarks.markdown import measured, table_of
from benchmarks.records import PairRecord

INTRODUCTION = """\
# Contrast pairs

`python -m benchmarks.render` makes this page from `benchmarks/contrast_pairs.tsv` and from the records in `benchmarks/results/` that
`python -m benchmarks.contrast_pairs` writes.

Short sentences in pairs that are nearly alike, of which one is positive and one negative. Who knows words by heart takes "Terribly
exciting." for a complaint; who reads them together does not. A pair is right if both of its sentences are: whoever guesses gets a quarter
of the pairs, and whoever says the same of both gets none. No setting was chosen by these sentences. They are much shorter than most reviews
that the models were trained on, and few: differences of a pair or two say nothing.
"""
MARKS = {(True, True): "both", (True, False): "positive only", (False, True): "negative only", (False, False): "none"}


def contrast_pairs_page(records: Sequence[PairRecord]) -> str:
    """Returns the text of the page."""
    if not records:
        return INTRODUCTION + "\nThere is no record yet.\n"
    pairs, records = read_pairs(), sorted(records, key=lambda record: record.name)
    groups = {category: list(group) for category, group in groupby(pairs, lambda pair: pair.category)}
    categories = "".join(f"\n## {category}\n\n{_pairs(group, records)}" for category, group in groups.items())
    how = "".join(map(measured, records))
    return f"{INTRODUCTION}\n{_shares(groups, records)}{categories}\n## Measured\n\n{how}"


def _shares(groups: dict[str, list[Pair]], records: Sequence[PairRecord]) -> str:
    """Returns a table: of each category the pairs that each model has right; of all of them, sentences, too."""
    everything = [pair for group in groups.values() for pair in group]
    rows = [[category, *(_right(group, record, "pairs") for record in records)] for category, group in groups.items()]
    totals = [[f"all {unit}", *(_right(everything, record, unit) for record in records)] for unit in ("pairs", "sentences")]
    return table_of(["right", *(record.what for record in records)], [*rows, *totals])


def _right(pairs: Sequence[Pair], record: PairRecord, unit: str) -> str:
    """Returns how many of the pairs, or of their sentences, a model has right."""
    right = sum(row[f"right {unit}"] for row in count_right(pairs, record.probabilities).values())
    number = len(pairs) * (2 if unit == "sentences" else 1)
    return f"{right} of {number}, {right / number:.0%}"


def _pairs(pairs: Sequence[Pair], records: Sequence[PairRecord]) -> str:
    """Returns a table of the pairs of a category, with what each model has right of each."""
    rows = [[pair.positive, pair.negative, *(MARKS[is_right(pair, record.probabilities)] for record in records)] for pair in pairs]
    return table_of(["positive", "negative", *(f"right: {record.what}" for record in records)], rows, words=2 + len(records))
