"""Documents in parts: a long text goes through the toolkit without being in memory."""

from collections.abc import Iterable, Iterator
from typing import TypeVar

Document = Iterable[str]
"""A text in parts, which can be iterated again; together they are the text."""

PART_CHARACTERS = 1 << 16
"""Most characters of a part."""

_BREAKS = (" ", "\n")
_Item = TypeVar("_Item")


def in_parts(text: str) -> Document:
    """Returns a text in memory as a document; a `Stretch` only if it is long, as there may be millions of short ones."""
    return Stretch(text) if len(text) > PART_CHARACTERS else (text,)


class Stretch:
    """A text, or some of it, in parts of at most 65,536 characters that begin before a space or a line feed.

    No tokenizer for language models has a token across such a place, so the parts give the tokens of the whole text. What goes on for
    longer without a space is cut anywhere.

    Args:
        text: A text, or the parts of one as they were read.
        start: Which character to begin at.
        stop: Which character to stop before; `None` for the end.
    """

    def __init__(self, text: Document, start: int = 0, stop: int | None = None):
        self._text = [text] if isinstance(text, str) else text
        self._start = start
        self._stop = stop

    def __iter__(self) -> Iterator[str]:
        """Reads the parts."""
        rest = ""
        for text in self._chosen():
            rest += text
            while len(rest) > PART_CHARACTERS:
                end = max(rest.rfind(character, 1, PART_CHARACTERS) for character in _BREAKS)
                end = end if end > 0 else PART_CHARACTERS
                yield rest[:end]
                rest = rest[end:]
        if rest:
            yield rest

    def _chosen(self) -> Iterator[str]:
        done = 0
        for text in self._text:
            if self._stop is not None and done >= self._stop:
                return
            chosen = text[max(self._start - done, 0) : None if self._stop is None else self._stop - done]
            done += len(text)
            if chosen:
                yield chosen


class Thinned:
    """Some parts of a text, evenly from all of it.

    Args:
        text: A text in parts.
        share: How many of them, from 0 to 1.
    """

    def __init__(self, text: Document, share: float):
        self._text = text
        self._share = share

    def __iter__(self) -> Iterator[str]:
        """Reads the parts."""
        return evenly(self._text, self._share)


def evenly(items: Iterable[_Item], share: float, first: int = 0) -> Iterator[_Item]:
    """Yields that share of items, at even distances.

    Args:
        items: Any items.
        share: How many of them, from 0 to 1.
        first: How many others stand before them.
    """
    return (item for number, item in enumerate(items, start=first) if int((number + 1) * share) > int(number * share))


def has_text(document: Document) -> bool:
    """Tells whether there is more in a document than white space."""
    return any(text and not text.isspace() for text in document)
