"""Films that were not seen: the default reviews with films seen in training, with others, and with one source against the other.

    python -m benchmarks.unseen_films

Nothing says which film a review is about, but reviews of one film share the names of its actors and characters: training keeps none that
shares a rare name with a held-out text, or as many of all. The records are shown below those of `benchmarks.own_data`, in docs/own_data.md.
"""

import argparse
import re
import tempfile
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import numpy as np

from benchmarks.own_data import FILMS, measure, write_splits
from benchmarks.records import RESULTS, ComparisonRecord
from toolkit.data.labeled_texts.corpus import Split, read_corpus

SEEDS = (0, 1, 2)
FEWEST, MOST = 2, 20  # texts that a rare name is in

_NAME, _WORD = re.compile(r"\b[A-Z][a-z]{2,}\b"), re.compile(r"\b[a-z]{3,}\b")

Splits = dict[str, Split]
Arrangement = Callable[[Mapping[str, Split], int], Splits]


def main(argv: Sequence[str] | None = None) -> list[ComparisonRecord]:
    """Trains on each arrangement with each seed, prints what came of it and writes a record for each arrangement."""
    parser = argparse.ArgumentParser(description="The sentiment recipe on films that it has not seen.")
    parser.add_argument("--arrangements", nargs="+", choices=ARRANGEMENTS, default=list(ARRANGEMENTS), help="which (default: all)")
    parser.add_argument("--seeds", nargs="+", type=int, default=SEEDS, help="seeds of split and training (default: 0 1 2)")
    parser.add_argument("--results", type=Path, default=RESULTS, help="folder of the records")
    options = parser.parse_args(argv)
    reviews = by_source(read_corpus().splits)
    seeds = " ".join(map(str, options.seeds))
    records = []
    for name in options.arrangements:
        splits = {f"seed {seed}": ARRANGEMENTS[name](reviews, seed) for seed in options.seeds}
        with tempfile.TemporaryDirectory() as folder:
            data = {run: write_splits(each, Path(folder) / run) for run, each in splits.items()}
            runs = {run: (data[run], seed) for run, seed in zip(splits, options.seeds, strict=True)}
            command = f"python -m benchmarks.unseen_films --arrangements {name} --seeds {seeds}"
            records.append(measure(name, runs, command, options.results, table=FILMS))
    return records


def names_of(texts: Sequence[str]) -> dict[str, list[int]]:
    """Returns the rare names of texts: words that are never written without their capital.

    Args:
        texts: The texts.

    Returns:
        By name, the positions of the `FEWEST` to `MOST` texts that have it.
    """
    words = {word for text in texts for word in _WORD.findall(text)}
    holders: dict[str, list[int]] = {}
    for row, text in enumerate(texts):
        for name in set(_NAME.findall(text)):
            holders.setdefault(name, []).append(row)
    return {name: rows for name, rows in holders.items() if FEWEST <= len(rows) <= MOST and name.lower() not in words}


def sharing(texts: Sequence[str], held_out: Sequence[int]) -> np.ndarray:
    """Returns, for each text, whether it has a rare name in common with one of those that are held out."""
    shared = np.zeros(len(texts), bool)
    held = np.isin(np.arange(len(texts)), held_out)
    for rows in names_of(texts).values():
        shared[rows] |= held[rows].any()
    return shared


def by_source(splits: Mapping[str, Split]) -> Splits:
    """Returns the texts of all splits by their source."""
    texts = [text for split in splits.values() for text in split.texts]
    labels = np.concatenate([split.labels for split in splits.values()])
    sources = np.array([source for split in splits.values() for source in split.sources])
    whole = Split(texts, labels, [])
    return {source: _rows(whole, np.flatnonzero(sources == source)) for source in np.unique(sources).tolist()}


def _rows(split: Split, rows: Sequence[int]) -> Split:
    return Split([split.texts[row] for row in rows], split.labels[rows], [])


def _films(seen: bool) -> Arrangement:
    def splits(reviews: Mapping[str, Split], seed: int) -> Splits:
        """Draws a tenth to hold out. Both ways train on as many texts: on those that share no name with it, or on any."""
        imdb = reviews["imdb"]
        held_out, others = np.split(np.random.default_rng(seed).permutation(len(imdb.texts)), [len(imdb.texts) // 10])
        apart = others[~sharing(imdb.texts, held_out)[others]]
        return _parts(imdb, others[: len(apart)] if seen else apart) | {"test": _rows(imdb, held_out)}

    return splits


def _across(source: str, target: str) -> Arrangement:
    def splits(reviews: Mapping[str, Split], seed: int) -> Splits:
        rows = np.random.default_rng(seed).permutation(len(reviews[source].texts))
        return _parts(reviews[source], rows) | {"test": reviews[target]}

    return splits


def _parts(reviews: Split, rows: np.ndarray) -> Splits:
    """Returns a tenth of the rows for validation, the others for training."""
    validation, train = np.split(rows, [len(rows) // 10])
    return {"train": _rows(reviews, train), "validation": _rows(reviews, validation)}


ARRANGEMENTS: dict[str, Arrangement] = {
    "imdb-films-seen": _films(seen=True),
    "imdb-films-unseen": _films(seen=False),
    "imdb-to-rotten-tomatoes": _across("imdb", "rotten_tomatoes"),
    "rotten-tomatoes-to-imdb": _across("rotten_tomatoes", "imdb"),
}
"""By name, from the reviews of each source and a seed to splits."""


if __name__ == "__main__":
    main()
