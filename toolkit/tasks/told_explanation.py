"""How `predict --explain` tells what an answer hangs on: as a record, in words, and in colours. No TensorFlow here."""

import argparse
import math
import os
import sys
from collections.abc import Sequence
from typing import Any

import numpy as np

from toolkit.inspection.explained import Explained
from toolkit.tasks.records import rounded
from toolkit.text.unknown_words import word_numbers, word_of_each_piece

TOLD = 3  # words that are told beside a text
FOR, AGAINST = (195, 153, 111, 75), (223, 216, 215, 208)
"""Backgrounds of words that speak for the answer, blue, and against it, orange: ANSI colours of the 256, from pale to strong."""

LEAST = 0.05  # of the largest weight, from which on a word has a colour


def by_word(text: str, tokens: Sequence[str], weights: np.ndarray) -> list[tuple[str, float]]:
    """Returns the words of a text, each with the sum of the weights of its tokens.

    Args:
        text: The text.
        tokens: Its pieces, or some of them, or its words.
        weights: A number for each.
    """
    if list(tokens) == text.split():
        return list(zip(tokens, map(float, weights), strict=True))
    numbers, words = word_numbers(tokens), word_of_each_piece(text, tokens)
    firsts = np.unique(numbers, return_index=True)[1]
    return [(words[first], float(weights[numbers == numbers[first]].sum())) for first in firsts]


def explanation_record(explained: Explained) -> dict[str, Any]:
    """Returns an explanation by one method as a record has it: method, completeness gap, score, and the weight of each token."""
    [attribution] = explained.attributions
    tokens = [{"token": token, "weight": rounded(weight)} for token, weight in zip(explained.tokens, attribution.weights, strict=True)]
    gap = None if attribution.gap is None else rounded(attribution.gap, 6)
    return {"method": attribution.method, "completeness_gap": gap, "score": rounded(explained.score), "tokens": tokens}


def records_of_parts(explained: Sequence[Explained]) -> list[dict[str, Any]]:
    """Returns the explanations of an answer's parts: `answer`, `other`, the next best one, and what `explanation_record` says of each."""
    return [{"answer": each.answer, "other": each.other, **explanation_record(each)} for each in explained]


def most_telling(words: Sequence[tuple[str, float]], colours: bool = False) -> str:
    """Returns the words of most weight, such as `"great +1.20, slow -0.31"`.

    Args:
        words: Words and their weights.
        colours: Whether they have backgrounds by their weights.
    """
    most = [word for word in sorted(words, key=lambda word: -abs(word[1]))[:TOLD] if word[1]]
    return ", ".join(f"{_on_background(word, weight / abs(most[0][1])) if colours else word} {weight:+.2f}" for word, weight in most)


def told_below(parts: Sequence[str], words: Sequence[Sequence[tuple[str, float]]], colours: bool) -> list[str]:
    """Returns lines to stand below an answer of several parts: each part, and the words of most weight for it.

    Args:
        parts: The parts.
        words: Words and their weights, of each part.
        colours: As for `most_telling`.
    """
    width = max(map(len, parts), default=0)
    return [f"  {part:{width}}  {most_telling(each, colours)}".rstrip() + "\n" for part, each in zip(parts, words, strict=True)]


def coloured(words: Sequence[tuple[str, float]]) -> str:
    """Returns words with spaces between them, the background of each by its weight: blue for the answer, orange against it."""
    largest = max((abs(weight) for _, weight in words), default=0.0)
    return " ".join(_on_background(word, weight / largest) if largest else word for word, weight in words)


def shows_colours(options: argparse.Namespace) -> bool:
    """Returns whether answers go to a terminal that is to have colours.

    Args:
        options: The parsed options of `predict`.

    Source: https://no-color.org for the variable `NO_COLOR`.
    """
    on_terminal = options.format == "text" and options.output == "-" and sys.stdout.isatty()
    return on_terminal and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"


def _on_background(word: str, share: float) -> str:
    if abs(share) < LEAST:
        return word
    shades = FOR if share > 0 else AGAINST
    return f"\x1b[38;5;16;48;5;{shades[math.ceil(abs(share) * len(shades)) - 1]}m{word}\x1b[0m"
