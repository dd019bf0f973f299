"""From texts to tags."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from toolkit.inference.description import read_description
from toolkit.inference.runner import Runner, encoded
from toolkit.tasks.tagging import marks
from toolkit.tasks.tagging.answers import SERVED, answers_of
from toolkit.tasks.tagging.measures import MARKS, kind_of_tags
from toolkit.tasks.tagging.vocabulary import Vocabulary
from toolkit.tasks.tagging.words import words_of


class TaggedText(NamedTuple):
    """The answer to one text.

    Attributes:
        text: The text.
        words: Its words.
        tags: A tag for each.
        scores: The probability of each tag, float32 `[words]`.
    """

    text: str
    words: list[str]
    tags: list[str]
    scores: np.ndarray


class Predictor:
    """Tags the words of texts with a tagger, wherever it runs.

    Args:
        runner: Its signature `serving_default` takes `texts`, or `tokens` and maybe `characters` of their words.
        tag_names: Names of the tags, in the order of their numbers.
        vocabulary: What makes the numbers, if it takes them.
        singly: Whether sentences are run one at a time, without padding.

    Attributes:
        explainer: What explains tags, a `TagExplainer`; `None` where nobody asks.
    """

    explainer: Any = None

    def __init__(self, runner: Runner, tag_names: Sequence[str], vocabulary: Vocabulary | None = None, singly: bool = False):
        self.runner = runner
        self.tag_names = list(tag_names)
        self.kind = kind_of_tags(tag_names)
        self.vocabulary = vocabulary
        self.singly = singly

    def words(self, text: str) -> list[str]:
        """Returns the words of a text; where the tags are capitals and punctuation, those of the text without either."""
        return marks.plain(text)[0] if self.kind == MARKS else words_of(text)

    def predict(self, texts: Sequence[str]) -> list[TaggedText]:
        """Tags a batch of texts; one may be empty.

        Args:
            texts: At least one text.
        """
        sentences = [self.words(text) for text in texts]
        answers = self._of_texts(sentences) if self.vocabulary is None else self._of_numbers(self.vocabulary, sentences)
        return [TaggedText(text, words, *answer) for text, words, answer in zip(texts, sentences, answers, strict=True)]

    def _of_texts(self, sentences: Sequence[Sequence[str]]) -> list[tuple[list[str], np.ndarray]]:
        outputs = self.runner.run(SERVED, texts=encoded([" ".join(words) for words in sentences]))
        rows = zip(sentences, outputs["tags"], outputs["scores"], strict=True)
        return [([tag.decode() for tag in tags[: len(words)]], scores[: len(words)]) for words, tags, scores in rows]

    def _of_numbers(self, vocabulary: Vocabulary, sentences: Sequence[Sequence[str]]) -> list[tuple[list[str], np.ndarray]]:
        answers = answers_of(self.runner, [vocabulary.encode(words) for words in sentences], singly=self.singly)
        return [([self.tag_names[number] for number in answer["tags"]], answer["scores"]) for answer in answers]


def open_predictor(runner: Runner, folder: Path) -> Predictor:
    """Returns what tags texts with an export.

    Args:
        runner: The SavedModel, or a LiteRT file.
        folder: Where its description and its vocabulary are.

    Raises:
        UserError: A file is missing or damaged.
    """
    takes_texts = "texts" in runner.signatures[SERVED].inputs
    numbers = () if takes_texts else ("words", "characters", "word_length")
    description = read_description(folder / "model.json", "tag_names", *numbers)
    if takes_texts:
        return Predictor(runner, description["tag_names"])
    vocabulary = Vocabulary(*(description[name] for name in numbers))
    return Predictor(runner, description["tag_names"], vocabulary, singly=True)
