"""The words of short texts, such as questions and captions, and their numbers."""

import re
from collections import Counter
from collections.abc import Iterable, Sequence

import numpy as np

PADDING, UNKNOWN, FIRST = 0, 1, 2

BETWEEN = r"[\x00-\x20!\"#$%&()*+,./:;<=>?@\[\\\]^_`{|}~-]+"
"""What is between two words: white space, and the marks of ASCII but for the apostrophe. Python and RE2 read it alike."""

_BETWEEN = re.compile(BETWEEN)


def words_of(text: str) -> list[str]:
    """Returns the words of a text, in lower case."""
    return [word for word in _BETWEEN.split(well_formed(text).lower()) if word]


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
    def of_texts(cls, texts: Iterable[str], size: int, least: int) -> "Vocabulary":
        """Finds the words of texts.

        Args:
            texts: The texts.
            size: How many words are kept at most, the most frequent ones.
            least: How often each of them has to occur.
        """
        counts = Counter(word for text in texts for word in words_of(text))
        kept = [word for word, count in counts.items() if count >= least]
        return cls(sorted(kept, key=lambda word: (-counts[word], word))[:size])

    def encode(self, text: str) -> np.ndarray:
        """Returns the numbers of the words of a text, int32, of none a single 0."""
        return np.array([self._numbers.get(word, UNKNOWN) for word in words_of(text)] or [PADDING], np.int32)

    def padded(self, texts: Sequence[str]) -> np.ndarray:
        """Returns the numbers of several texts, int32 `[texts, longest]`, 0 after the end of each."""
        rows = [self.encode(text) for text in texts]
        tokens = np.zeros((len(rows), max(map(len, rows), default=1)), np.int32)
        for place, row in zip(tokens, rows, strict=True):
            place[: len(row)] = row
        return tokens
