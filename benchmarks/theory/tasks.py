"""Synthetic tasks: each draws a batch from a random generator, so that no example is seen twice."""

import numpy as np

ADDING_BASELINE = 1 / 6
"""The mean squared error of whoever always answers 1: the variance of the sum of two uniform numbers."""

SYMBOLS = 4
IGNORED = -1  # a target that is not counted
DECIDING, TURNING = (1, 2), (3, 4)
"""Words of `tagging`: two that decide, and two whose tag is that of the deciding word before them, and after them."""
TAGGED_WORDS = 12


def adding(generator: np.random.Generator, examples: int, *, length: int) -> tuple[np.ndarray, np.ndarray]:
    """Numbers between 0 and 1, of which one in the first half and one in the second are marked; the answer is their sum.

    Returns:
        Numbers and marks, float32 `[examples, length, 2]`, and sums, float32 `[examples]`.

    Source: Hochreiter & Schmidhuber 1997, experiment 4, as in Le, Jaitly & Hinton 2015.
    """
    numbers, marks, rows = generator.random((examples, length)), np.zeros((examples, length)), np.arange(examples)
    for first, last in ((0, length // 2), (length // 2, length)):
        marks[rows, generator.integers(first, last, examples)] = 1
    return np.stack([numbers, marks], -1).astype(np.float32), (numbers * marks).sum(1).astype(np.float32)


def copying(generator: np.random.Generator, examples: int, *, length: int, symbols: int = 3) -> tuple[np.ndarray, np.ndarray]:
    """A few symbols at the beginning, then blanks, then a sign to say them.

    Returns:
        One-hot inputs, float32 `[examples, length, SYMBOLS + 2]`, and the symbols, int32 `[examples, symbols]`, which are to be said in the
        last steps.

    Source: Arjovsky, Shah & Bengio 2016, with fewer symbols.
    """
    said = generator.integers(SYMBOLS, size=(examples, symbols), dtype=np.int32)
    blank, sign = SYMBOLS, SYMBOLS + 1
    read = np.full((examples, length), blank)
    read[:, :symbols], read[:, -symbols:] = said, sign
    return one_hot(read, SYMBOLS + 2), said


def recall(generator: np.random.Generator, examples: int, *, length: int, distance: int) -> tuple[np.ndarray, np.ndarray]:
    """One symbol among distractors, to be said so many steps later, in the last step.

    Returns:
        One-hot inputs, float32 `[examples, length, 2 * SYMBOLS]`, and the symbols, int32 `[examples]`.
    """
    said = generator.integers(SYMBOLS, size=examples, dtype=np.int32)
    read = SYMBOLS + generator.integers(SYMBOLS, size=(examples, length))
    read[:, length - 1 - distance] = said
    return one_hot(read, 2 * SYMBOLS), said


def tagging(generator: np.random.Generator, examples: int, *, length: int) -> tuple[np.ndarray, np.ndarray]:
    """Words some of which get the tag of the deciding word next to them on the left, or on the right, however far it is.

    As in "terribly exciting" and "terribly boring" the tag of a word may stand only in what follows it.

    Returns:
        Words, int32 `[examples, length]`, and tags: 0 or 1, `IGNORED` where a word needs none or nothing decides.
    """
    weights = np.full(TAGGED_WORDS, 0.4 / (TAGGED_WORDS - 4))
    weights[[*DECIDING, *TURNING]] = 0.15
    words = generator.choice(TAGGED_WORDS, size=(examples, length), p=weights / weights.sum()).astype(np.int32)
    tags = np.full((examples, length), IGNORED, np.int32)
    for turning, steps in zip(TURNING, (range(length), reversed(range(length))), strict=True):
        known = np.full(examples, IGNORED)
        for t in steps:
            decides = np.isin(words[:, t], DECIDING)
            known = np.where(decides, words[:, t] == DECIDING[1], known)
            tags[:, t] = np.where(words[:, t] == turning, known, tags[:, t])
    return words, tags


def reversing(
    generator: np.random.Generator, examples: int, *, longest: int, shortest: int = 2, symbols: int = 8
) -> tuple[tuple[np.ndarray, np.ndarray], np.ndarray]:
    """Sequences that are to be written backwards.

    Returns:
        The sequences, int32 `[examples, longest]`, padded with 0; what the decoder has written before each step, 0 at first, and what it is
        to write, from 0 on, `IGNORED` behind the end: both of the same shape.
    """
    lengths = generator.integers(shortest, longest + 1, examples)
    read = generator.integers(1, symbols + 1, size=(examples, longest), dtype=np.int32)
    steps = np.arange(longest)
    places = lengths[:, None] - 1 - steps
    written = np.where(places >= 0, np.take_along_axis(read, np.maximum(places, 0), 1), 0)
    before = np.concatenate([np.zeros((examples, 1), np.int32), written[:, :-1]], 1)
    return (read * (steps < lengths[:, None]).astype(np.int32), before.astype(np.int32)), (written - 1).astype(np.int32)


def one_hot(numbers: np.ndarray, size: int) -> np.ndarray:
    """Returns float32 `[..., size]`."""
    return np.eye(size, dtype=np.float32)[numbers]
