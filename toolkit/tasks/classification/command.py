"""What `predict` does with a model that labels texts."""

import argparse
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from toolkit.tasks.option import Option
from toolkit.tasks.prediction import Prediction
from toolkit.tasks.records import Answer, rounded


class Labeling(Prediction):
    """Labels texts. As text an answer is the label, its probability and the text, separated by tabs."""

    answered_by = "one that labels texts"
    does = "label"
    batch_size = 128
    options: Mapping[str, Option] = {
        "explain": Option(bool, "say what each token adds to the label; on a terminal in colours; of an export what each word does"),
    }
    options_of_exports = ("explain",)
    options_of_opening = ("explain",)

    def open_run(self, run: Any, options: argparse.Namespace) -> Any:
        """Returns what labels texts, and explains labels by gradients if it is to."""
        predictor = run.predictor()
        if options.explain:
            from toolkit.tasks.classification.explanation import explainer_of

            predictor.explainer = explainer_of(run)
        return predictor

    def columns(self, answerer: Any, options: argparse.Namespace) -> Sequence[str]:
        """Returns the label, each label's probability, the text, and the words that count most for it if that is asked for."""
        return ("label", *answerer.label_names, "text", *(["explanation"] if options.explain else []))

    def answers(self, answerer: Any, batches: Iterable[list[str]], options: argparse.Namespace) -> Iterator[Answer]:
        """Yields `{"label": ..., "probabilities": {label: ...}, "text": ...}` of each text, and `"explanation"` if that is asked for."""
        for batch in batches:
            for text, label, row in zip(batch, *answerer.predict(batch), strict=True):
                probabilities = dict(zip(answerer.label_names, (rounded(each, 6) for each in row), strict=True))
                answer = Answer(
                    {"label": label, "probabilities": probabilities, "text": text},
                    [[label, *probabilities.values(), text]],
                    [f"{label}\t{row.max():.4f}\t{' '.join(text.split())}\n"],  # a tab or line break inside would make two records of one
                )
                yield _with_explanation(answer, answerer, options) if options.explain else answer


def _with_explanation(answer: Answer, answerer: Any, options: argparse.Namespace) -> Answer:
    """Returns an answer with what each token adds to its label, or each word, where there are no gradients."""
    from toolkit.tasks.classification.word_occlusion import explained_by_words
    from toolkit.tasks.told_explanation import by_word, coloured, explanation_record, most_telling, shows_colours

    text = answer["text"]
    explained = answerer.explainer.integrated(text) if answerer.explainer else explained_by_words(answerer, text)
    words = by_word(text, explained.tokens, explained.attributions[0].weights)
    told, [line] = most_telling(words), answer.text
    if shows_colours(options):
        line = "\t".join([*line.split("\t")[:2], coloured(words)])
    rows = [[*row, told] for row in answer.rows]
    return Answer({**answer, "explanation": explanation_record(explained)}, rows, [f"{line.rstrip()}\t{told}\n"])
