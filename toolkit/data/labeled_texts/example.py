"""One row of a data source, before any of it is counted, dropped or numbered."""

from typing import NamedTuple


class Example(NamedTuple):
    """A text with its label.

    Attributes:
        text: The text as it was read.
        label: The label's name; empty if the row has none.
        source: Where the text comes from, such as `"imdb"`; empty if the data does not say.
        place: Where the row was read, for error messages, such as `"reviews.csv:12"`.
    """

    text: str
    label: str
    source: str
    place: str


Parts = dict[str, list[Example]]
"""Examples by split; a set without splits has only `"train"`."""
