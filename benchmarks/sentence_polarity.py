"""Short texts: SST-2 and, by ten-fold cross-validation, MR, with the sentiment recipe, beside a baseline and published results.

    python -m benchmarks.sentence_polarity FOLDER

FOLDER holds the files of `benchmarks.sentence_sets`. For a trial add `--sets MR --folds 2 --epochs 1 --results ELSEWHERE`.
"""

import argparse
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

import numpy as np

from benchmarks.records import RESULTS, Record
from benchmarks.sentence_sets import FOLDS, Splits, mr_folds, read_sst2
from benchmarks.tfidf import WHAT, count_parameters
from toolkit.cli.recipes import find_recipe, make_run
from toolkit.data.labeled_texts.corpus import Split
from toolkit.run_folder import RunFolder
from toolkit.tasks.classification.baseline import fit_linear

REFERENCES = {
    "SST-2": [{"what": "2-layer LSTM, trained on phrases too, with GloVe (Tai et al. 2015)", "metrics": {"accuracy": 0.863}}],
    "MR": [{"what": "CNN-rand (Kim 2014)", "metrics": {"accuracy": 0.761}}],
}
# A few thousand sentences of some twenty tokens each, with nothing to cut into segments. The best epoch comes early.
SHORT_TEXTS = {
    "vocabulary_size": 8000,
    "max_length": 64,
    "segment_length": None,
    "tokens_per_batch": 4096,
    "epochs": 4,
    "word_dropout": 0.2,
    "ema_momentum": 0.99,
}


class Outcome(NamedTuple):
    """What training on one set of splits gave."""

    accuracy: float
    parameters: int


def main(argv: Sequence[str] | None = None) -> list[Record]:
    """Trains the baseline and the recipe on each set, prints their accuracies and writes their records."""
    parser = argparse.ArgumentParser(description="SST-2 and MR with the sentiment recipe, beside a baseline.")
    parser.add_argument("folder", type=Path, metavar="FOLDER", help="folder of stsa.binary.{train,dev,test} and rt-polarity.all")
    parser.add_argument("--sets", nargs="+", choices=REFERENCES, default=list(REFERENCES), help="which sets (default: both)")
    parser.add_argument("--folds", type=int, default=FOLDS, help="how many of MR's ten folds (default: all)")
    parser.add_argument("--epochs", type=int, default=SHORT_TEXTS["epochs"], help="epochs of the recipe (default: %(default)s)")
    parser.add_argument("--results", type=Path, default=RESULTS, help="folder of the records")
    options = parser.parse_args(argv)
    records = []
    for name in options.sets:
        folds = [read_sst2(options.folder)] if name == "SST-2" else mr_folds(options.folder)[: options.folds]
        records += [
            _measure(name, "tfidf", WHAT, train_tfidf, folds),
            _measure(
                name, "lstm", "recipe sentiment, settings for short texts", lambda splits: train_recipe(splits, options.epochs), folds
            ),
        ]
    for record in records:
        print(f"{record.table:<6}{record.what}: {_percent(record.metrics)}; {record.save(options.results)}")
    return records


def train_tfidf(splits: Splits) -> Outcome:
    """Trains the baseline and measures it on the test split."""
    model = fit_linear(splits["train"], splits["validation"])
    test = splits["test"]
    return Outcome(float(model.score(test.texts, test.labels)), count_parameters(model))


def train_recipe(splits: Splits, epochs: int) -> Outcome:
    """Trains the sentiment recipe with `SHORT_TEXTS`, in a temporary folder, and measures it on the test split."""
    recipe = find_recipe("sentiment")
    with tempfile.TemporaryDirectory() as folder:
        files = [f"{name}={_write_tsv(Path(folder) / f'{name}.tsv', split)}" for name, split in splits.items()]
        settings = replace(recipe.presets["quick"], **SHORT_TEXTS | {"data": ",".join(files), "epochs": epochs})
        run = RunFolder(Path(folder) / "run")
        result = make_run(recipe, settings, run).train()
        return Outcome(result.accuracy, run.read_metrics()["parameters"])


def _measure(table: str, model: str, what: str, train: Callable[[Splits], Outcome], folds: list[Splits]) -> Record:
    started = time.monotonic()
    outcomes = [train(splits) for splits in folds]
    accuracies = [outcome.accuracy for outcome in outcomes]
    spread = {"standard deviation": float(np.std(accuracies))} if table == "MR" else {}
    return Record(
        name=f"{table.lower()}-{model}",
        table=table,
        what=what,
        command=f"python -m benchmarks.sentence_polarity FOLDER --sets {table}"
        + (f" --folds {len(folds)}" if 1 < len(folds) < FOLDS else ""),
        seed=0,
        minutes=round((time.monotonic() - started) / 60, 2),
        parameters=round(np.mean([outcome.parameters for outcome in outcomes])),
        metrics={"accuracy": float(np.mean(accuracies)), **spread},
        references=REFERENCES[table],
    )


def _write_tsv(path: Path, split: Split) -> Path:
    rows = (f"{text}\t{label}\n" for text, label in zip(split.texts, split.labels, strict=True))
    path.write_text("text\tlabel\n" + "".join(rows), "utf-8")
    return path


def _percent(metrics: dict[str, float]) -> str:
    return ", ".join(f"{name} {value:.2%}" for name, value in metrics.items())


if __name__ == "__main__":
    main()
