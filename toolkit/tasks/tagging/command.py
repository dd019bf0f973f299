"""What `predict` does with a model that tags words."""

import argparse
import itertools
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from toolkit.tasks.prediction import Prediction
from toolkit.tasks.records import Answer, rounded


class WordTagging(Prediction):
    """Tags the words of texts. As text an answer is the text with its tags, see `as_text`; as rows, one for each word."""

    answered_by = "one that tags words"
    does = "tag"
    batch_size = 64

    def columns(self, answerer: Any, options: argparse.Namespace) -> Sequence[str]:
        """Returns the number of the text, word, tag and its probability."""
        return ("text", "word", "tag", "score")

    def answers(self, answerer: Any, batches: Iterable[list[str]], options: argparse.Namespace) -> Iterator[Answer]:
        """Yields `text`, `tokens`, `tags` and `scores` of each text; with chunks `spans`, with capitals and marks `restored`."""
        from toolkit.tasks.tagging.output import as_text, record_of

        tagged = itertools.chain.from_iterable(map(answerer.predict, batches))
        for number, text in enumerate(tagged, start=1):
            record = record_of(text, answerer.kind)
            rows = [[number, *row] for row in zip(text.words, text.tags, (rounded(score) for score in text.scores), strict=True)]
            yield Answer(record, rows, [f"{as_text(text, answerer.kind)}\n"])
