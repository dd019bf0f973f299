"""What `predict` does with a model that tags frames."""

import argparse
import itertools
import os
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from toolkit.tasks.prediction import Prediction
from toolkit.tasks.records import Answer, rounded


class FrameTagging(Prediction):
    """Names what is on each frame of sequences. As text an answer is the labels of a sequence; as rows, one for each frame."""

    answered_by = "one that tags frames"
    does = "tag frames"
    batch_size = 16
    item = ((str, os.PathLike, dict), 'the path of a folder of frames or of an animated image, or a dict with "images", a list of them')

    def gives_tables(self, options: argparse.Namespace) -> bool:
        """Returns that there is a row for each frame."""
        return True

    def columns(self, answerer: Any, options: argparse.Namespace) -> Sequence[str]:
        """Returns sequence, the number of the frame, its label and the probability of that."""
        return ("sequence", "frame", "label", "score")

    def answers(self, answerer: Any, batches: Iterable[list[Any]], options: argparse.Namespace) -> Iterator[Answer]:
        """Yields `sequence`, and the `labels` and `scores` of its frames."""
        for tagged in itertools.chain.from_iterable(map(answerer.predict, batches)):
            scores = [rounded(score, 6) for score in tagged.scores]
            record = {"sequence": tagged.sequence, "labels": list(tagged.labels), "scores": scores}
            pairs = zip(tagged.labels, tagged.scores, strict=True)
            rows = [[tagged.sequence, number, label, rounded(score)] for number, (label, score) in enumerate(pairs, start=1)]
            yield Answer(record, rows, [f"{' '.join(tagged.labels)}\n"])
