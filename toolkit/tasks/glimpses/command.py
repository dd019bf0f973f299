"""What `predict` does with a model that looks at images."""

import argparse
import itertools
import os
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from toolkit.tasks.prediction import Prediction
from toolkit.tasks.records import Answer, rounded

LIKELY = 5  # labels of a record


class Looking(Prediction):
    """Names what is on images. As text an answer is the labels; as rows, one for each image."""

    answered_by = "one that looks at images"
    does = "look at images"
    batch_size = 64
    item = ((str, bytes, os.PathLike, dict), 'the path of an image, the bytes of one, or a dict with "image", which may be an array, too')

    def columns(self, answerer: Any, options: argparse.Namespace) -> Sequence[str]:
        """Returns image, label and its probability."""
        return ("image", "label", "score")

    def answers(self, answerer: Any, batches: Iterable[list[Any]], options: argparse.Namespace) -> Iterator[Answer]:
        """Yields `image`, `label`, `score`, the most likely labels of its `objects`, and the `glimpses`, row and column from 0 to 1."""
        from toolkit.data.images.given import image_of

        looked_at = (answerer.predict([*map(image_of, batch)]) for batch in batches)
        for looked in itertools.chain.from_iterable(looked_at):
            label, score = " ".join(looked.labels), rounded(looked.score, 6)
            record = {
                "image": looked.image,
                "label": label,
                "score": score,
                "objects": [_likely(answerer.names, row) for row in looked.probabilities],
                "glimpses": [[rounded((place + 1) / 2, 4) for place in location] for location in looked.locations],
            }
            yield Answer(record, [[looked.image, label, rounded(looked.score)]], [f"{label}\n"])


def _likely(names: Sequence[str], probabilities: Any) -> list[dict[str, Any]]:
    order = (-probabilities).argsort(kind="stable")[:LIKELY]
    return [{"label": names[place], "score": rounded(probabilities[place], 6)} for place in order]
