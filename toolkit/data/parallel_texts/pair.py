"""One row of a parallel text."""

from typing import NamedTuple


class Pair(NamedTuple):
    """A text and its translation.

    Attributes:
        source: The text to translate, as it was read.
        target: Its translation, as it was read.
    """

    source: str
    target: str


PairParts = dict[str, list[Pair]]
"""Pairs by split; a set without splits has only `"train"`."""
