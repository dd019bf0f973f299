"""What `toolkit predict` does with a model that labels texts."""

import argparse
import itertools
from collections.abc import Iterable
from typing import IO, Any

from toolkit.tasks.prediction import Prediction


class Labeling(Prediction):
    """Labels texts."""

    answered_by = "one that labels texts"
    does = "label"
    batch_size = 128

    def answer(self, answerer: Any, batches: Iterable[list[str]], output: IO[str], options: argparse.Namespace) -> None:
        """Writes the label of each text."""
        from toolkit.tasks.classification.output import write_predictions

        labeled = itertools.chain.from_iterable(answerer.predict_lines(batch, len(batch)) for batch in batches)
        write_predictions(labeled, output, options.format, answerer.label_names)
