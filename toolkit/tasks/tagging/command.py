"""What `predict` does with a model that tags words."""

import argparse
import itertools
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from toolkit.tasks.option import Option
from toolkit.tasks.prediction import Prediction
from toolkit.tasks.records import Answer, rounded


class WordTagging(Prediction):
    """Tags the words of texts. As text an answer is the text with its tags, see `as_text`; as rows, one for each word."""

    answered_by = "one that tags words"
    does = "tag"
    batch_size = 64
    options: Mapping[str, Option] = {"explain": Option(bool, "say which words each tag hangs on; on a terminal in colours")}
    options_of_opening = ("explain",)

    def open_run(self, run: Any, options: argparse.Namespace) -> Any:
        """Returns what tags words, and explains tags if it is to."""
        predictor = run.predictor()
        if options.explain:
            from toolkit.tasks.explaining import needed_explainer
            from toolkit.tasks.tagging.explanation import explainer_of

            predictor.explainer = needed_explainer(run, explainer_of(run))
        return predictor

    def gives_tables(self, options: argparse.Namespace) -> bool:
        """Returns that there is a row for each word."""
        return True

    def columns(self, answerer: Any, options: argparse.Namespace) -> Sequence[str]:
        """Returns the number of the text, word, tag and its probability, and the words that count most for it if that is asked for."""
        return ("text", "word", "tag", "score", *(["explanation"] if options.explain else []))

    def answers(self, answerer: Any, batches: Iterable[list[str]], options: argparse.Namespace) -> Iterator[Answer]:
        """Yields `text`, `tokens`, `tags` and `scores` of each text; with chunks `spans`, with capitals and marks `restored`."""
        from toolkit.tasks.tagging.output import as_text, record_of, with_explanation

        tagged = itertools.chain.from_iterable(map(answerer.predict, batches))
        for number, text in enumerate(tagged, start=options.first):
            record = record_of(text, answerer.kind)
            rows = [[number, *row] for row in zip(text.words, text.tags, (rounded(score) for score in text.scores), strict=True)]
            answer = Answer(record, rows, [f"{as_text(text, answerer.kind)}\n"])
            yield with_explanation(answer, text, answerer.explainer.integrated(text), options) if options.explain else answer
