"""What `predict` does with a model that labels texts."""

import argparse
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from toolkit.tasks.prediction import Prediction
from toolkit.tasks.records import Answer, rounded


class Labeling(Prediction):
    """Labels texts. As text an answer is the label, its probability and the text, separated by tabs."""

    answered_by = "one that labels texts"
    does = "label"
    batch_size = 128

    def columns(self, answerer: Any, options: argparse.Namespace) -> Sequence[str]:
        """Returns the label, each label's probability, the text."""
        return ("label", *answerer.label_names, "text")

    def answers(self, answerer: Any, batches: Iterable[list[str]], options: argparse.Namespace) -> Iterator[Answer]:
        """Yields `{"label": ..., "probabilities": {label: ...}, "text": ...}` of each text."""
        for batch in batches:
            for text, label, row in zip(batch, *answerer.predict(batch), strict=True):
                probabilities = dict(zip(answerer.label_names, (rounded(each, 6) for each in row), strict=True))
                yield Answer(
                    {"label": label, "probabilities": probabilities, "text": text},
                    [[label, *probabilities.values(), text]],
                    [f"{label}\t{row.max():.4f}\t{' '.join(text.split())}\n"],  # a tab or line break inside would make two records of one
                )
