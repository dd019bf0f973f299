"""docs/own_data.md, made from the records of sets that the presets were not made on."""

from collections.abc import Sequence

import numpy as np

from benchmarks.markdown import measured, table_of
from benchmarks.own_data import FILMS
from benchmarks.records import ComparisonRecord

INTRODUCTION = """\
# Own data

`python -m benchmarks.render` makes this page from the records in `benchmarks/results/` that `python -m benchmarks.own_data` and
`python -m benchmarks.sentence_polarity` write: `toolkit train sentiment --data FILE` with no other option, on sets that are not in the
repository. Accuracies on the test split in per cent, means over runs: seeds, or in MR the folds of a cross-validation. The baseline, on
the same texts, is tf-idf of words and pairs of words (of characters in Chinese) with a logistic regression whose strength the validation
split chooses. Each part alone is the same trained model without the other.
"""
UNSEEN_FILMS = """\
## Films that were not seen

`python -m benchmarks.unseen_films`: the default reviews of IMDB, a tenth held out. Training has as many texts both times: of all the
others, or only of those that share no rare name with a held-out text, as reviews of one film do. Then one source to train on and the
other to test on.
"""
COUNTS = ("training texts", "labels")
SHARES = ("most frequent label", "tf-idf + logistic regression", "recurrent layers alone", "n-grams alone", "accuracy")
HEAD = ("set", *COUNTS, *SHARES, "standard deviation", "runs", "calibration error", "minutes")


def own_data_page(records: Sequence[ComparisonRecord]) -> str:
    """Returns the text of the page."""
    groups = ([record for record in records if (record.table == FILMS) == films] for films in (False, True))
    return "\n".join(f"{words}\n{_section(group)}" for words, group in zip((INTRODUCTION, UNSEEN_FILMS), groups, strict=True))


def _section(records: Sequence[ComparisonRecord]) -> str:
    if not records:
        return "There is no record yet.\n"
    gains = [_mean(record, "accuracy") - _mean(record, "tf-idf + logistic regression") for record in records]
    above = f"{100 * np.mean(gains):+.2f} points above the baseline on average, from {100 * min(gains):+.2f} to {100 * max(gains):+.2f}.\n"
    notes = [f"* {record.what}: {note}\n" for record in records if (note := record.settings.get("note"))]
    return "\n".join([table_of(HEAD, map(_row, records)), above, "".join([*notes, *map(measured, records)])])


def _row(record: ComparisonRecord) -> list[str]:
    accuracies = [row["accuracy"] for row in record.rows.values()]
    spread = f"{100 * np.std(accuracies, ddof=1):.2f}" if len(accuracies) > 1 else ""
    return [
        record.what,
        *(f"{_mean(record, name):,.0f}" for name in COUNTS),
        *(f"{100 * _mean(record, name):.2f}" for name in SHARES),
        *(spread, str(len(accuracies)), f"{100 * _mean(record, 'calibration error'):.2f}", f"{_mean(record, 'minutes'):.1f}"),
    ]


def _mean(record: ComparisonRecord, name: str) -> float:
    return float(np.mean([row[name] for row in record.rows.values()]))
