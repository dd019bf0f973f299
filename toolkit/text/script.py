"""Which script texts are in."""

import re
from collections.abc import Iterable, Sequence
from typing import NamedTuple

_WORD = re.compile(r"\b\w\w+\b")
_UNSPACED = re.compile("[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff]")  # Thai to Chinese


class Script(NamedTuple):
    """What is counted of texts to tell their script.

    Attributes:
        unspaced: Characters of scripts such as Chinese.
        words: Words of two letters or more.
        characters: All characters.
    """

    unspaced: int
    words: int
    characters: int

    @classmethod
    def of(cls, texts: Iterable[str]) -> "Script":
        """Counts what texts have."""
        return cls.merge([cls(len(_UNSPACED.findall(text)), len(_WORD.findall(text)), len(text)) for text in texts])

    @classmethod
    def merge(cls, counts: Sequence["Script"]) -> "Script":
        """Returns what several counts are together."""
        return cls(*(sum(count[place] for count in counts) for place in range(len(cls._fields))))

    @property
    def parts_words(self) -> bool:
        """Whether words stand between spaces, unlike in texts mostly of scripts such as Chinese, or of no words at all."""
        return self.words > 0 and 2 * self.unspaced < self.characters


def is_unspaced(character: str) -> bool:
    """Tells whether a character is of a script that sets no spaces between words."""
    return bool(_UNSPACED.match(character))
