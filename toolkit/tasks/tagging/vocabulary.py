"""The words and characters that a tagger knows, and their numbers."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np

from toolkit.data.batching.crop import crop
from toolkit.tasks.tagging.words import normalized

PADDING, UNKNOWN, FIRST = 0, 1, 2


class Encoded(NamedTuple):
    """Words as a tagger reads them.

    Attributes:
        tokens: Number of each word, int32 `[words]`.
        characters: Numbers of the characters of each word, 0 after its end, int32 `[words, word_length]`.
    """

    tokens: np.ndarray
    characters: np.ndarray


@dataclass(frozen=True)
class Vocabulary:
    """Numbers of words and of characters: 0 is padding, 1 what is not known, the others follow in their order.

    Attributes:
        words: The words, normalized.
        characters: The characters.
        word_length: Characters that are read of a word; a longer one loses its middle.
    """

    words: Sequence[str]
    characters: Sequence[str]
    word_length: int

    def __post_init__(self):
        numbers = ({value: number for number, value in enumerate(values, FIRST)} for values in (self.words, self.characters))
        for name, value in zip(("_of_word", "_of_character"), numbers, strict=True):
            object.__setattr__(self, name, value)

    @classmethod
    def of_sentences(cls, sentences: Iterable[Sequence[str]], size: int, least: int, word_length: int) -> "Vocabulary":
        """Finds the most frequent words and characters.

        Args:
            sentences: Words of the training sentences.
            size: How many, at most, of words and of characters.
            least: How often each of them has to occur.
            word_length: As for the class.
        """
        forms = Counter(word for sentence in sentences for word in sentence)
        words, characters = Counter(), Counter()
        for form, count in forms.items():
            words[normalized(form)] += count
            for character in form:
                characters[character] += count
        return cls(_frequent(words, size, least), _frequent(characters, size, least), word_length)

    @classmethod
    def of_model(cls, model: Any) -> "Vocabulary":
        """Returns what a `Tagger` knows, or anything else that has these attributes."""
        return cls(model.words, model.characters, model.word_length)

    def encode(self, words: Sequence[str]) -> Encoded:
        """Returns the numbers of words.

        Args:
            words: Of a sentence, or any others.
        """
        tokens = np.array([self._of_word.get(normalized(word), UNKNOWN) for word in words], np.int32)
        characters = np.zeros((len(words), self.word_length), np.int32)
        for row, word in zip(characters, words, strict=True):
            numbers = crop(np.array([self._of_character.get(character, UNKNOWN) for character in word], np.int32), self.word_length)
            row[: len(numbers)] = numbers
        return Encoded(tokens, characters)


def _frequent(counts: Counter, size: int, least: int) -> list[str]:
    """Returns the most frequent values; of equally frequent ones the first in the order of their code points."""
    kept = [value for value, count in counts.items() if count >= least]
    return sorted(kept, key=lambda value: (-counts[value], value))[:size]
