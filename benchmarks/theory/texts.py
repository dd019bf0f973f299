"""A slice of the default movie reviews, as characters for language models and as words for classifiers."""

import functools
from collections import Counter

import numpy as np

from toolkit.data.labeled_texts.corpus import read_corpus

ALPHABET = " abcdefghijklmnopqrstuvwxyz.,'-!?\n"
VOCABULARY = 2000
PADDING, UNKNOWN = 0, 1


@functools.cache
def _splits():
    return read_corpus().splits


@functools.cache
def characters(split: str, most: int) -> np.ndarray:
    """Returns the first characters of a split, int32 positions in `ALPHABET`; other characters are left out, and reviews end in a line."""
    known, found, size = {character: number for number, character in enumerate(ALPHABET)}, [], 0
    for text in _splits()[split].texts:
        found.append([known[character] for character in f"{' '.join(text.lower().split())}\n" if character in known])
        size += len(found[-1])
        if size >= most:
            break
    return np.concatenate(found)[:most].astype(np.int32)


def windows(generator: np.random.Generator, examples: int, *, split: str, most: int, length: int) -> tuple[np.ndarray, np.ndarray]:
    """Draws windows of a text.

    Args:
        generator: What draws.
        examples: Number of windows.
        split: Whose text.
        most: Characters of the text.
        length: Characters of a window.

    Returns:
        The characters, int32 `[examples, length]`, and those after them, of the same shape.
    """
    text = characters(split, most)
    rows = generator.integers(len(text) - length, size=examples)[:, None] + np.arange(length + 1)
    return text[rows[:, :-1]], text[rows[:, 1:]]


@functools.cache
def labelled(split: str, most: int, length: int) -> tuple[np.ndarray, np.ndarray]:
    """Returns the first words of the first reviews, int32 `[reviews, length]`, padded with 0, and their labels, int32."""
    train = _splits()["train"]
    counted = Counter(word for text in train.texts[:5000] for word in text.lower().split()[:length])
    known = {word: number for number, (word, _) in enumerate(counted.most_common(VOCABULARY - 2), 2)}
    chosen = _splits()[split]
    words = np.full((min(most, len(chosen.texts)), length), PADDING, np.int32)
    for row, text in zip(words, chosen.texts, strict=False):
        found = [known.get(word, UNKNOWN) for word in text.lower().split()[:length]]
        row[: len(found)] = found
    return words, chosen.labels[: len(words)].astype(np.int32)


def reviews(generator: np.random.Generator, examples: int, *, split: str, most: int, length: int) -> tuple[np.ndarray, np.ndarray]:
    """Draws reviews as words and their labels, see `labelled`."""
    words, labels = labelled(split, most, length)
    rows = generator.integers(len(words), size=examples)
    return words[rows], labels[rows]
