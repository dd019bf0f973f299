"""What a tokenizer learns from: each different part of texts, or a sample of them, wherever they are read."""

import hashlib
import re
from collections.abc import Iterable, Iterator, Sequence

from toolkit.text.well_formed import well_formed

SAMPLE = 100_000_000
"""Characters that a trainer holds in memory."""

_LEVELS = 64
_PART = re.compile(r".{1,1000}(?!\S)|.{1000}", re.DOTALL)


class TextSample:
    """Different parts of texts, each once: all of them, or of very many those whose hash is divisible by a power of two.

    Texts are cut, at white space if there is any, into parts of at most 1,000 characters: SentencePiece skips what is longer than 4,192
    bytes, and the time of unigram grows with the square of the longest stretch that is repeated.

    Samples of some texts each, made at one `level`, put together by `merge` are the sample of all of them.

    Args:
        texts: The texts.
        level: The power of two to begin with.

    Attributes:
        level: The power of two.
        read: Number of characters of all parts, taken or not.
    """

    def __init__(self, texts: Iterable[str] = (), level: int = 0):
        self.level, self.read = level, 0
        self._parts: dict[int, str] = {}
        size = 0
        for key, part in _parts(texts):
            self.read += len(part)
            if _zeros(key) < self.level or key in self._parts:
                continue
            self._parts[key] = part
            size += len(part)
            while size > SAMPLE:
                self.level += 1
                self._parts = {key: part for key, part in self._parts.items() if _zeros(key) >= self.level}
                size = self.characters

    def __iter__(self) -> Iterator[str]:
        """Yields the parts, in the order in which they were first read."""
        return iter(self._parts.values())

    @property
    def characters(self) -> int:
        """Number of characters of the parts that are taken."""
        return sum(map(len, self._parts.values()))

    @classmethod
    def merge(cls, samples: Sequence["TextSample"]) -> "TextSample":
        """Returns the sample of all texts of which others have parts.

        Args:
            samples: Those of the others, of one level, in the order of the texts.
        """
        merged = cls(level=max((sample.level for sample in samples), default=0))
        for sample in samples:
            merged.read += sample.read
            for key, part in sample._parts.items():
                merged._parts.setdefault(key, part)
        return merged


def sizes_of(texts: Iterable[str]) -> list[int]:
    """Returns how many characters the different parts of texts have, by the number of zeros that their hash ends in.

    Args:
        texts: The texts.
    """
    sizes, seen = [0] * _LEVELS, set()
    for key, part in _parts(texts):
        if key not in seen:
            seen.add(key)
            sizes[_zeros(key)] += len(part)
    return sizes


def level_of(sizes: Sequence[Sequence[int]]) -> int:
    """Returns a level at which a trainer can hold samples together, even if none of their parts is in two of them.

    Args:
        sizes: What `sizes_of` gives of the texts of each.
    """
    total = [sum(each) for each in zip(*sizes, strict=True)]
    return next(level for level in range(_LEVELS) if sum(total[level:]) <= SAMPLE or level == _LEVELS - 1)


def _parts(texts: Iterable[str]) -> Iterator[tuple[int, str]]:
    for text in texts:
        for part in _PART.findall(well_formed(text)):
            yield int.from_bytes(hashlib.blake2b(part.encode(), digest_size=16).digest()), part


def _zeros(key: int) -> int:
    return min(_LEVELS - 1, (key & -key).bit_length() - 1) if key else _LEVELS - 1
