"""What `toolkit predict` does with a model that tags words."""

import argparse
import itertools
from collections.abc import Iterable
from typing import IO, Any

from toolkit.tasks.prediction import Prediction


class WordTagging(Prediction):
    """Tags the words of texts."""

    answered_by = "one that tags words"
    does = "tag"
    batch_size = 64

    def answer(self, answerer: Any, batches: Iterable[list[str]], output: IO[str], options: argparse.Namespace) -> None:
        """Writes the tags of each text."""
        from toolkit.tasks.tagging.output import write_tagged

        tagged = itertools.chain.from_iterable(answerer.predict(batch) for batch in batches)
        write_tagged(tagged, output, options.format, answerer.kind)
