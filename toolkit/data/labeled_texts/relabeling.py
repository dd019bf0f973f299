"""The labels of other data, as a trained model numbers them."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from toolkit.data.labeled_texts.corpus import Corpus


def relabeled(corpus: Corpus, label_names: Sequence[str]) -> Corpus:
    """Numbers the labels of a corpus as a trained model does, if it knows all of them.

    Args:
        corpus: The corpus.
        label_names: The labels of the model.

    Returns:
        The corpus with the labels of the model; as it was if it has others.
    """
    if not set(corpus.label_names) <= set(label_names):
        return corpus
    numbers = np.array([label_names.index(name) for name in corpus.label_names], np.int32)
    splits = {name: replace(split, labels=numbers[split.labels]) for name, split in corpus.splits.items()}
    return replace(corpus, splits=splits, label_names=list(label_names))


def describe_relabeling(before: Sequence[str], after: Sequence[str]) -> list[str]:
    """Returns sentences about the labels of data that a trained model goes on with.

    Args:
        before: The labels of the model.
        after: The labels of the data.
    """
    new, missing = ([name for name in names if name not in others] for names, others in ((after, before), (before, after)))
    if new:
        return [f"labels {_listed(before)} → {_listed(after)}: the output layer starts anew, all others go on"]
    return [f"no text is labeled {_listed(missing)}; the model still can answer that"] if missing else []


def _listed(names: Sequence[str]) -> str:
    return ", ".join(f'"{name}"' for name in names)
