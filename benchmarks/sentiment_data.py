"""The data that the sentiment recipe trains on, for what is compared with it."""

import argparse
from dataclasses import dataclass
from pathlib import Path

from benchmarks.finished_run import without_folders
from benchmarks.records import RESULTS
from toolkit.data.labeled_texts.corpus import Split, read_corpus
from toolkit.tasks.classification.texts import drawn

SEED = 0  # of the texts drawn, as the recipe's default


@dataclass(frozen=True)
class SentimentData:
    """Data, and what a record says of them.

    Attributes:
        splits: Texts and labels.
        table: Where the recipe's own scores on these data stand.
        arguments: What a command needs to read them.
    """

    splits: dict[str, Split]
    table: str
    arguments: str


def data_parser(description: str, name: str) -> argparse.ArgumentParser:
    """Returns a parser of the options that all have: `--training-examples`, `--data`, `--name` and `--results`.

    Args:
        description: What the command does.
        name: Name of its record unless `--name` says otherwise.
    """
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument("--training-examples", type=int, help="as for `toolkit train sentiment` (default: all)")
    parser.add_argument("--data", help="as for `toolkit train sentiment`")
    parser.add_argument("--name", default=name, help="name of the record (default: %(default)s)")
    parser.add_argument("--results", type=Path, default=RESULTS, help="folder of the record")
    return parser


def read_data(options: argparse.Namespace) -> SentimentData:
    """Reads what the parser's options say.

    Raises:
        UserError: The data cannot be read, or there are not so many training examples.
    """
    corpus, examples = read_corpus(options.data), options.training_examples
    name = without_folders(corpus.name)
    arguments = f" --data {without_folders(options.data)}" if options.data else ""
    if examples is None:
        return SentimentData(corpus.splits, name, arguments)
    splits = corpus.splits | {"train": drawn(corpus.splits["train"], examples, SEED, corpus.label_names)}
    return SentimentData(splits, f"{name}, {examples:,} training texts", f" --training-examples {examples}{arguments}")
