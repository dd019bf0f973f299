"""Words of a text, and how they are looked up. A SavedModel does the same in its graph (`toolkit.tasks.tagging.graph`)."""

import re

SPACES = " \t\n\v\f\r"
"""What is between two words; other white space, such as a no-break space, is part of a word."""

_SPACES = re.compile(f"[{SPACES}]+")
_DIGITS = re.compile("[0-9]")


def words_of(text: str) -> list[str]:
    """Returns the words of a text."""
    return [word for word in _SPACES.split(well_formed(text)) if word]


def without_spaces(word: str) -> str:
    """Returns a word that `words_of` takes for one: its spaces are no-break spaces."""
    return _SPACES.sub("\u00a0", well_formed(word.strip(SPACES)))


def well_formed(text: str) -> str:
    """Returns a text in which lone surrogates, which UTF-8 cannot hold, are replaced, as graphs replace them."""
    return text.encode("utf-8", "surrogatepass").decode("utf-8", "replace")


def normalized(word: str) -> str:
    """Returns a word as it is looked up: in lower case, each digit as 0. Its case is in its characters."""
    return _DIGITS.sub("0", word.lower())
