"""The words of questions and their numbers. A SavedModel does the same in its graph (`toolkit.tasks.visual_question_answering.graph`)."""

import re
from collections import Counter
from collections.abc import Iterable, Sequence

import numpy as np

PADDING, UNKNOWN, FIRST = 0, 1, 2

BETWEEN = r"[\x00-\x20!\"#$%&()*+,./:;<=>?@\[\\\]^_`{|}~-]+"
"""What is between two words: white space, and the marks of ASCII but for the apostrophe. Python and RE2 read it alike."""

_BETWEEN = re.compile(BETWEEN)


def words_of(question: str) -> list[str]:
    """Returns the words of a question, in lower case."""
    return [word for word in _BETWEEN.split(well_formed(question).lower()) if word]


def well_formed(text: str) -> str:
    """Returns a text in which lone surrogates, which UTF-8 cannot hold, are replaced, as graphs replace them."""
    return text.encode("utf-8", "surrogatepass").decode("utf-8", "replace")


class Vocabulary:
    """Numbers of words: 0 is padding, 1 an unknown word, 2 and so on the known ones.

    Args:
        words: The known words, in lower case.
    """

    def __init__(self, words: Sequence[str]):
        self.words = list(words)
        self._numbers = {word: number for number, word in enumerate(words, start=FIRST)}

    @classmethod
    def of_questions(cls, questions: Iterable[str], size: int, least: int) -> "Vocabulary":
        """Finds the words of questions.

        Args:
            questions: The questions.
            size: How many words are kept at most, the most frequent ones.
            least: How often each of them has to occur.
        """
        counts = Counter(word for question in questions for word in words_of(question))
        kept = [word for word, count in counts.items() if count >= least]
        return cls(sorted(kept, key=lambda word: (-counts[word], word))[:size])

    def encode(self, question: str) -> np.ndarray:
        """Returns the numbers of the words of a question, int32, of none a single 0."""
        return np.array([self._numbers.get(word, UNKNOWN) for word in words_of(question)] or [PADDING], np.int32)

    def padded(self, questions: Sequence[str]) -> np.ndarray:
        """Returns the numbers of several questions, int32 `[questions, longest]`, 0 after the end of each."""
        rows = [self.encode(question) for question in questions]
        tokens = np.zeros((len(rows), max(map(len, rows), default=1)), np.int32)
        for place, row in zip(tokens, rows, strict=True):
            place[: len(row)] = row
        return tokens
