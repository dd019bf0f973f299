"""How tags mark chunks, such as noun phrases and names: IOB1, IOB2 and IOBES.

| scheme | first word of a chunk | inside | last word | a chunk of one word |
|---|---|---|---|---|
| `iob1` | `I-X`, or `B-X` right after another X | `I-X` | `I-X` | as the first |
| `iob2` | `B-X` | `I-X` | `I-X` | `B-X` |
| `iobes` | `B-X` | `I-X` | `E-X` | `S-X` |

Source: Ramshaw & Marcus 1995, "Text chunking using transformation-based learning"; Tjong Kim Sang & Veenstra 1999, "Representing text
chunks".
"""

import re
from collections.abc import Collection, Iterable, Sequence
from typing import NamedTuple

from toolkit.errors import UserError
from toolkit.tasks.tagging.sentence import Sentence

SCHEMES = ("iob1", "iob2", "iobes")
OUTSIDE = "O"
_TAG = re.compile(r"([BIES])(?:-(.*))?")
_INSIDE, _OPEN, _CLOSED = "IE", "BI", "ES"


class Span(NamedTuple):
    """A chunk.

    Attributes:
        kind: What it is, such as `"NP"`.
        start: Its first word.
        end: The word after its last.
    """

    kind: str
    start: int
    end: int


def mark_chunks(tags: Collection[str]) -> bool:
    """Tells tags that mark chunks from those that stand for themselves."""
    return any(tag != OUTSIDE for tag in tags) and all(tag == OUTSIDE or _TAG.fullmatch(tag) for tag in tags)


def spans(tags: Sequence[str]) -> list[Span]:
    """Returns the chunks as conlleval finds them, in tags of any scheme, legal or not.

    A word goes on with the chunk of the word before if it is inside, of the same kind, and the word before has not ended it. Any other word
    that is not outside begins a chunk.

    Args:
        tags: Of a sentence.

    Source: Tjong Kim Sang & Buchholz 2000, "Introduction to the CoNLL-2000 shared task: chunking", and its program conlleval.
    """
    found: list[Span] = []
    before = (OUTSIDE, "")
    for place, (letter, kind) in enumerate(map(_parts, tags)):
        if letter in _INSIDE and before[0] in _OPEN and before[1] == kind:
            found[-1] = found[-1]._replace(end=place + 1)
        elif letter != OUTSIDE:
            found.append(Span(kind, place, place + 1))
        before = (letter, kind)
    return found


def to_iob2(tags: Sequence[str]) -> list[str]:
    """Returns the tags that mark the same chunks in IOB2."""
    written = [OUTSIDE] * len(tags)
    for kind, start, end in spans(tags):
        ending = f"-{kind}" if kind else ""
        written[start:end] = [f"B{ending}", *[f"I{ending}"] * (end - start - 1)]
    return written


def illegal(tags: Sequence[str], scheme: str) -> list[int]:
    """Returns the words whose tags a scheme does not allow after those before them, or at the end.

    Args:
        tags: Of a sentence.
        scheme: One of `SCHEMES`.
    """
    parts = [(OUTSIDE, ""), *map(_parts, tags), (OUTSIDE, "")]
    allowed = {"iob1": _follows_in_iob1, "iob2": _follows_in_iob2, "iobes": _follows_in_iobes}[scheme]
    return sorted({min(place, len(tags) - 1) for place in range(len(parts) - 1) if not allowed(parts[place], parts[place + 1])})


def _follows_in_iob1(before: tuple[str, str], after: tuple[str, str]) -> bool:
    return after[0] in "OI" or (after[0] == "B" and before[0] in _OPEN and before[1] == after[1])


def _follows_in_iob2(before: tuple[str, str], after: tuple[str, str]) -> bool:
    return after[0] in "OB" or (after[0] == "I" and before[0] in _OPEN and before[1] == after[1])


def _follows_in_iobes(before: tuple[str, str], after: tuple[str, str]) -> bool:
    if before[0] in _OPEN:
        return after[0] in _INSIDE and before[1] == after[1]
    return after[0] in "OBS"


def _parts(tag: str) -> tuple[str, str]:
    """Returns the letter of a tag, and the kind of chunk."""
    match = _TAG.fullmatch(tag)
    return (match[1], match[2] or "") if match else (OUTSIDE, "")


def in_iob2(sentences: Sequence[Sentence], scheme: str | None) -> tuple[list[Sentence], list[str]]:
    """Reads the tags of sentences that mark chunks.

    Args:
        sentences: The sentences.
        scheme: What somebody has said the scheme is; `None` for the one that allows all of their tags.

    Returns:
        The sentences with tags of IOB2, and sentences for the report.

    Raises:
        UserError: No scheme allows all of the tags. Where somebody has said which it is, they are read as conlleval reads them.
    """
    with_ends = any(tag[0] in _CLOSED for sentence in sentences for tag in sentence.tags)
    candidates = (scheme,) if scheme else ("iobes",) if with_ends else ("iob2", "iob1")
    wrong = {name: _wrong(sentences, name) for name in candidates}
    found = min(candidates, key=lambda name: len(wrong[name]))
    notes = [] if found == "iob2" else [f"the tags are {found.upper()}; they were converted to IOB2"]
    if wrong[found]:
        told = _told(wrong, found, sum(len(sentence.tags) for sentence in sentences))
        if scheme is None:
            raise UserError(f"{told}; correct them, or say --scheme {found} to read them as conlleval does")
        notes.append(f"{told}; they were read as conlleval does")
    return [sentence._replace(tags=to_iob2(sentence.tags)) for sentence in sentences], notes


def _wrong(sentences: Iterable[Sentence], scheme: str) -> list[tuple[Sentence, int]]:
    return [(sentence, place) for sentence in sentences for place in illegal(sentence.tags, scheme)]


def _told(wrong: dict[str, list[tuple[Sentence, int]]], found: str, total: int) -> str:
    sentence, place = wrong[found][0]
    before = sentence.tags[place - 1] if place else "the beginning of a sentence"
    others = "".join(f", and {len(places):,} are not {name.upper()}" for name, places in wrong.items() if name != found)
    first = f"{sentence.place(place)}: the tag {sentence.tags[place]} after {before} is not {found.upper()}"
    return f"{first}; {len(wrong[found]):,} of {total:,} tags are not{others}"
