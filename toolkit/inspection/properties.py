"""Properties of running text that a unit may track, as a number at each step."""

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

import numpy as np

BRACKETS = {")": "(", "]": "[", "}": "{"}

_BRACKET = re.compile(r"[()\[\]{}]")
_QUOTED = re.compile(r"""(?x)
      " (?: [^"\n] | \n(?!\s*\n) )*+ "   # what is not closed within its paragraph is no quotation
    | “ (?: [^”\n] | \n(?!\s*\n) )*+ ”
    | « (?: [^»\n] | \n(?!\s*\n) )*+ »
""")


@dataclass(frozen=True)
class Property:
    """A property of text.

    Attributes:
        summary: What it is, in a few words.
        of: From a text to a number for each character: what holds when it has been read. `[characters]`.
        highest: Whether the highest value of its characters is that of a step; if not, it is that of the last one.
    """

    summary: str
    of: Callable[[str], np.ndarray]
    highest: bool = False


def inside_quotes(text: str) -> np.ndarray:
    """Returns 1 inside of quotation marks, 0 outside."""
    return _within(len(text), (match.span() for match in _QUOTED.finditer(text)), closing=1)


def bracket_depth(text: str) -> np.ndarray:
    """Returns how many pairs of brackets, `()`, `[]` and `{}`, each character is inside of; one without the other is no pair."""
    opened: list[tuple[str, int]] = []
    pairs = []
    waiting = dict.fromkeys(BRACKETS.values(), 0)
    for match in _BRACKET.finditer(text):
        bracket, place = match[0], match.start()
        if bracket in waiting:
            opened.append((bracket, place))
            waiting[bracket] += 1
        elif waiting[BRACKETS[bracket]]:
            kind = ""
            while kind != BRACKETS[bracket]:
                kind, start = opened.pop()
                waiting[kind] -= 1
            pairs.append((start, place + 1))
    return _within(len(text), pairs, closing=1)


def position_in_line(text: str) -> np.ndarray:
    """Returns how many characters of its line have been read; 0 at a line break."""
    return _since(np.fromiter((character == "\n" for character in text), bool, len(text)))


def word_length(text: str) -> np.ndarray:
    """Returns how many letters and digits of a word have been read; 0 between words."""
    return _since(~np.fromiter(map(str.isalnum, text), bool, len(text)))


def capital(text: str) -> np.ndarray:
    """Returns 1 at a capital letter."""
    return np.fromiter(map(str.isupper, text), "float32", len(text))


PROPERTIES = {
    "quotes": Property("inside of quotation marks", inside_quotes),
    "brackets": Property("how many brackets are open", bracket_depth),
    "line": Property("position in the line", position_in_line),
    "word": Property("length of the word so far", word_length, highest=True),
    "capitals": Property("a capital letter", capital, highest=True),
}
"""Those of any text."""

LEANING = "sentiment"
"""Name of the property that only a classifier of two labels has."""

LEANING_SUMMARY = "how far the classifier takes what has been read so far for its second label"


def matching(pattern: str) -> Property:
    """Returns the property of being inside of a match of a regular expression, in which `^` and `$` stand for the ends of lines."""
    compiled = re.compile(pattern, re.MULTILINE)
    return Property(
        f"inside of a match of {pattern}",
        lambda text: _within(len(text), (match.span() for match in compiled.finditer(text))),
        highest=True,
    )


def at_steps(prop: Property, texts: Iterable[Sequence[str]]) -> np.ndarray:
    """Returns a property at each step of texts, float32 `[steps]`.

    Args:
        prop: The property.
        texts: The pieces of each text; each text is looked at alone.
    """
    return np.concatenate([_at_steps(prop, pieces) for pieces in texts]).astype("float32")


def _at_steps(prop: Property, pieces: Sequence[str]) -> np.ndarray:
    values = np.concatenate([[0.0], prop.of("".join(pieces))])  # what holds before the first character
    lengths = np.array([len(piece) for piece in pieces], int)
    ends = np.cumsum(lengths)
    found, filled = values[ends], lengths > 0  # an empty step has what holds before it
    if prop.highest and filled.any():
        found[filled] = np.maximum.reduceat(values, (ends - lengths)[filled] + 1)
    return found


def _within(length: int, spans: Iterable[tuple[int, int]], closing: int = 0) -> np.ndarray:
    """Returns how many spans each character is in, not counting the last `closing` characters of a span: after these it is over."""
    change = np.zeros(length + 1)
    for start, end in spans:
        change[start] += 1
        change[end - closing] -= 1
    return np.cumsum(change[:-1])


def _since(reset: np.ndarray) -> np.ndarray:
    """Returns how many characters have come since the last at which `reset` is true, or since the beginning."""
    places = np.arange(len(reset))
    return (places - np.maximum.accumulate(np.where(reset, places, -1))).astype("float64") if len(reset) else np.zeros(0)
