"""Whether the first row of a table names its columns."""

import re
from collections import Counter
from collections.abc import Callable, Collection, Sequence

_NUMBER = re.compile(r"[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]+)?")
_LONGEST_NAME = 60  # characters
_WORDS = 6  # from which on it is a sentence
_WIDE_ENDS = ("\u3002", "\uff01", "\uff1f")  # of Chinese and Japanese sentences
SENTENCE_ENDS = (".", "!", "?", *_WIDE_ENDS)
"""What sentences end with, and names of columns seldom do."""


def has_header(rows: Sequence[Sequence[str]], is_name: Callable[[str], bool], values: Collection[str] = ()) -> bool:
    """Tells names of columns from data.

    A name that is known decides. Else the first row is data if one of its fields occurs again in its column, is one of the `values`, is a
    number, or is too long for a name.

    Args:
        rows: The first rows of the table.
        is_name: Whether somebody asked for a column of this name, or the name is a usual one.
        values: What is known to occur as a value, such as the labels of a model.
    """
    first, others = [field.strip() for field in rows[0]], [row for row in rows[1:] if row != rows[0]]
    again = [bool(name) and any(len(row) > column and row[column].strip() == name for row in others) for column, name in enumerate(first)]
    if any(is_name(name) and not occurs for name, occurs in zip(first, again, strict=True)) or _counts_columns(first, others):
        return True
    return not (any(again) or any(name in values or _NUMBER.fullmatch(name) or is_sentence(name) for name in first))


def is_sentence(field: str) -> bool:
    """Tells whether a field is too long for the name of a column, or ends as a sentence does."""
    words = len(field.split())
    return len(field) > _LONGEST_NAME or words >= _WORDS or field.endswith(SENTENCE_ENDS if words > 1 else _WIDE_ENDS)


def column_keys(names: Sequence[str]) -> list[str]:
    """Returns a key for each column that no other has: its name, or its number where it has none or shares it with others."""
    counts = Counter(names)
    keys: list[str] = []
    for number, name in enumerate(names, start=1):
        unique = name and counts[name] == 1
        keys.append(name if unique else str(number) if str(number) not in counts else f"column {number}")
    return keys


def _counts_columns(first: Sequence[str], others: Sequence[Sequence[str]]) -> bool:
    """Tells a header that pandas made of no names: 0, 1, 2, with nothing above the index."""
    counted = [str(number) for number in range(len(first))]
    texts = any(field.strip() and not _NUMBER.fullmatch(field.strip()) for row in others for field in row)
    return len(first) > 1 and texts and list(first) in (counted, ["", *counted[:-1]])
