"""Short texts: SST-2 in its own splits and MR by ten-fold cross-validation, with the sentiment recipe and no option but the data.

    python -m benchmarks.sentence_polarity FOLDER

FOLDER holds the files of `benchmarks.sentence_sets`. The records stand beside those of `benchmarks.own_data`, in docs/own_data.md. For a
trial add `--sets MR --folds 2 --results ELSEWHERE`.
"""

import argparse
import tempfile
from collections.abc import Sequence
from pathlib import Path

from benchmarks.own_data import SEEDS, measure, write_splits
from benchmarks.records import RESULTS, ComparisonRecord
from benchmarks.sentence_sets import FOLDS, mr_folds, read_sst2

PUBLISHED = {
    "SST-2": "published: 86.3 a 2-layer LSTM, trained on phrases too, with GloVe (Tai et al. 2015)",
    "MR": "published: 76.1 a convolutional network without vectors (Kim 2014), 79.4 NBSVM of word bigrams (Wang and Manning 2012)",
}


def main(argv: Sequence[str] | None = None) -> list[ComparisonRecord]:
    """Trains on each set, with each seed or on each fold, prints what came of it and writes a record for each set."""
    parser = argparse.ArgumentParser(description="SST-2 and MR with the sentiment recipe and no option but the data.")
    parser.add_argument("folder", type=Path, metavar="FOLDER", help="folder of stsa.binary.{train,dev,test} and rt-polarity.all")
    parser.add_argument("--sets", nargs="+", choices=PUBLISHED, default=list(PUBLISHED), help="which sets (default: both)")
    parser.add_argument("--seeds", nargs="+", type=int, default=SEEDS, help="seeds of SST-2 (default: 0 1 2)")
    parser.add_argument("--folds", type=int, default=FOLDS, help="how many of MR's ten folds, each with seed 0 (default: all)")
    parser.add_argument("--results", type=Path, default=RESULTS, help="folder of the records")
    options = parser.parse_args(argv)
    command = "python -m benchmarks.sentence_polarity FOLDER --sets"
    records = []
    with tempfile.TemporaryDirectory() as temporary:
        if "SST-2" in options.sets:
            data = write_splits(read_sst2(options.folder), Path(temporary) / "sst-2")
            runs = {f"seed {seed}": (data, seed) for seed in options.seeds}
            seeds = " ".join(map(str, options.seeds))
            records.append(measure("SST-2", runs, f"{command} SST-2 --seeds {seeds}", options.results, PUBLISHED["SST-2"]))
        if "MR" in options.sets:
            folds = enumerate(mr_folds(options.folder)[: options.folds])
            runs = {f"fold {fold}": (write_splits(splits, Path(temporary) / f"mr-{fold}"), 0) for fold, splits in folds}
            records.append(measure("MR", runs, f"{command} MR --folds {len(runs)}", options.results, PUBLISHED["MR"]))
    return records


if __name__ == "__main__":
    main()
