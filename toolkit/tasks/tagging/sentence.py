"""A sentence with its tags, before any of it is counted or numbered."""

from collections.abc import Sequence
from typing import NamedTuple


class Sentence(NamedTuple):
    """Words and their tags.

    Attributes:
        words: The words, none of which has a space.
        tags: A tag for each word.
        source: The file.
        lines: The line of each word; empty if there are none.
    """

    words: Sequence[str]
    tags: Sequence[str]
    source: str
    lines: Sequence[int] = ()

    @property
    def text(self) -> str:
        """The words with spaces between them."""
        return " ".join(self.words)

    def place(self, word: int) -> str:
        """Returns where a word was read, such as `"train.txt:12"`."""
        return f"{self.source}:{self.lines[word]}" if self.lines else self.source
