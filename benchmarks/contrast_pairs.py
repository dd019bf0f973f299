"""What a classifier of reviews reads besides words: short sentences in pairs, nearly alike, of which one is positive and one negative.

    python -m benchmarks.contrast_pairs small=saved_models/sentiment [quick=RUN] [full=RUN_OR_EXPORT]

`benchmarks/contrast_pairs.tsv` has the pairs by what tells them apart: "Terribly exciting." is praise, "Terribly boring." is none. A pair
is right if both of its sentences are. Each model is a finished run of the sentiment recipe, or an export of one, with a name before it;
the name of the folder is the default. The record of each is shown in docs/contrast_pairs.md.

The pairs are for looking at. No setting was ever chosen by them, and none may be: then they would say nothing any more.
"""

import argparse
import csv
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

from benchmarks.finished_run import without_folders
from benchmarks.records import RESULTS, ROOT, PairRecord
from toolkit.errors import UserError

PAIRS = ROOT / "benchmarks" / "contrast_pairs.tsv"
TABLE = "contrast pairs"
LABELS = ("positive", "negative")


class Pair(NamedTuple):
    """Two sentences that nearly are alike.

    Attributes:
        category: What tells them apart.
        positive: The one that praises.
        negative: The one that does not.
    """

    category: str
    positive: str
    negative: str


def main(argv: Sequence[str] | None = None) -> list[PairRecord]:
    """Asks each model all sentences, prints its shares and writes its record."""
    parser = argparse.ArgumentParser(description="Ask classifiers of reviews pairs of sentences that are nearly alike.")
    parser.add_argument("models", metavar="[NAME=]RUN_OR_EXPORT", nargs="+", help="finished run, or exported model")
    parser.add_argument("--results", type=Path, default=RESULTS, help="folder of the records")
    options = parser.parse_args(argv)
    records = [measure(*_named(model)) for model in options.models]
    for record in records:
        shares = ", ".join(f"{category} {row['right pairs']}/{row['pairs']}" for category, row in record.rows.items())
        print(f"{record.what}: {shares}; {record.save(options.results)}")
    return records


def read_pairs(path: Path = PAIRS) -> list[Pair]:
    """Returns the pairs, in the order of the file."""
    with path.open(encoding="utf-8", newline="") as file:
        return [Pair(**row) for row in csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE)]


def measure(name: str, path: Path) -> PairRecord:
    """Asks a model all sentences.

    Args:
        name: What to call it.
        path: Folder of a finished run, or of an exported model.

    Raises:
        UserError: There is no model, or it has other labels than `LABELS`.
    """
    started, pairs = time.monotonic(), read_pairs()
    texts = [text for pair in pairs for text in (pair.positive, pair.negative)]
    probabilities = dict(zip(texts, _positive(path, texts), strict=True))
    return PairRecord(
        name=f"contrast-pairs-{name}",
        table=TABLE,
        what=name,
        command=f"python -m benchmarks.contrast_pairs {name}={without_folders(str(path))}",
        seed=0,
        minutes=round((time.monotonic() - started) / 60, 2),
        rows=count_right(pairs, probabilities),
        probabilities=probabilities,
    )


def is_right(pair: Pair, probabilities: dict[str, float]) -> tuple[bool, bool]:
    """Returns whether the positive sentence of a pair is right, and whether the negative one is.

    Args:
        pair: The pair.
        probabilities: By sentence that of the label positive; at a half neither label is right.
    """
    return probabilities[pair.positive] > 0.5, probabilities[pair.negative] < 0.5


def count_right(pairs: Sequence[Pair], probabilities: dict[str, float]) -> dict[str, dict[str, int]]:
    """Returns by category the number of pairs, of those of which both sentences are right, and of sentences that are."""
    rows: dict[str, dict[str, int]] = {}
    for pair in pairs:
        right = is_right(pair, probabilities)
        row = rows.setdefault(pair.category, {"pairs": 0, "right pairs": 0, "right sentences": 0})
        row["pairs"] += 1
        row["right pairs"] += all(right)
        row["right sentences"] += sum(right)
    return rows


def _named(model: str) -> tuple[str, Path]:
    name, separator, path = model.partition("=")
    return (name, Path(path)) if separator else (Path(model).resolve().name, Path(model))


def _positive(path: Path, texts: Sequence[str]) -> list[float]:
    predictor = _predictor(path)
    if set(LABELS) != set(getattr(predictor, "label_names", ())):
        raise UserError(f"{path}: expected a classifier with the labels {' and '.join(LABELS)}, received another model")
    answers = predictor.predict(texts).probabilities[:, predictor.label_names.index(LABELS[0])]
    return [round(float(answer), 4) for answer in answers]


def _predictor(path: Path) -> Any:
    from toolkit.cli.recipes import open_run
    from toolkit.run_folder import RunFolder
    from toolkit.tasks.artefact import open_artefact

    return open_run(str(path)).predictor() if RunFolder(path).config.is_file() else open_artefact(path).answerer


if __name__ == "__main__":
    main()
