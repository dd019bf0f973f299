"""Capitals and punctuation as tags: how plain words are made of a text, and the text of the words.

The tag of a word is its case and the mark that follows it: `lower`, `Capital` or `UPPER`, and nothing or one of `, . ? ! ;`, such as
`Capital.` of "Anna." A word that is written in another way, such as "iPhone", has the case of its first letter.
"""

import re
from collections.abc import Collection, Sequence

from toolkit.tasks.tagging.words import words_of

CASES = ("lower", "Capital", "UPPER")
MARKS = (",", ".", "?", "!", ";")
_TAG = re.compile(rf"({'|'.join(CASES)})([{re.escape(''.join(MARKS))}]?)")
_BREAK = re.compile(r"<br ?/?>")
_JOINED = re.compile(r"(?<=[^\W\d_])([,.?!;]+)(?=[^\W\d_]{2})|(\.{2,}|-{2,}|/)")  # marks that lack the space behind them
_WORD = re.compile(r"\w(?:.*\w)?", re.DOTALL)


def are_marks(tags: Collection[str]) -> bool:
    """Tells tags of case and punctuation from others."""
    return bool(tags) and all(map(_TAG.fullmatch, tags))


def parts_of(tag: str) -> tuple[str, str]:
    """Returns the case and the mark of a tag."""
    match = _TAG.fullmatch(tag)
    return match[1], match[2]


def plain(text: str) -> tuple[list[str], list[str]]:
    """Returns the words of a text in lower case and without punctuation, and the tags that say what was lost.

    Quotes, brackets, dashes and all other marks are dropped.

    Args:
        text: As people write, with or without HTML's line breaks.
    """
    words: list[str] = []
    tags: list[str] = []
    for piece in words_of(_JOINED.sub(r"\1\2 ", _BREAK.sub(" ", text))):
        match = _WORD.search(piece)
        ending = piece[match.end() :] if match else piece
        if match:
            words.append(match[0].lower())
            tags.append(_case(match[0]))
        if mark := next((character for character in ending if character in MARKS), ""):
            tags[-1:] = [tag if parts_of(tag)[1] else tag + mark for tag in tags[-1:]]
    return words, tags


def restored(words: Sequence[str], tags: Sequence[str]) -> str:
    """Returns the text that words and tags make.

    Args:
        words: Words in lower case.
        tags: A tag for each.
    """
    return " ".join(_written(word, *parts_of(tag)) for word, tag in zip(words, tags, strict=True))


def _case(word: str) -> str:
    letters = [character for character in word if character.isalpha()]
    if len(letters) > 1 and all(character.isupper() for character in letters):
        return "UPPER"
    return "Capital" if word[0].isupper() else "lower"


def _written(word: str, case: str, mark: str) -> str:
    written = {"lower": word, "Capital": word[:1].upper() + word[1:], "UPPER": word.upper()}[case]
    return written + mark
