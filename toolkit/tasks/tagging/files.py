"""Tagged sentences in files: columns, as CoNLL's shared tasks and Universal Dependencies have them, and JSON lines."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from toolkit.data.reading.json_rows import kind_of, line_rows
from toolkit.data.reading.lines import read_lines
from toolkit.errors import UserError
from toolkit.tasks.tagging.sentence import Sentence
from toolkit.tasks.tagging.words import without_spaces

CONLL_U = ("id", "form", "lemma", "upos", "xpos", "feats", "head", "deprel", "deps", "misc")
"""Columns of CoNLL-U, by their names."""

GIANT = 400
"""Words of the only sentence of a file from which on it is one whose ends are not marked."""

_BLANKS = re.compile(r"[ \t]+")
_NO_WORD = re.compile(r"[0-9]+[-.][0-9]+")  # of CoNLL-U: several words that are written as one, and one that is not written
_DOCUMENT = "-DOCSTART-"


@dataclass(frozen=True)
class Form:
    """How files are read.

    Attributes:
        token_column: Column or key of the words, by its number or name; `None` for the usual one.
        tag_column: Column or key of the tags; `None` for the last one, and of CoNLL-U the part of speech.
        encoding: Of files that have no byte order mark; `None` for UTF-8.
    """

    token_column: str | None = None
    tag_column: str | None = None
    encoding: str | None = None


def read_file(path: Path, form: Form) -> list[Sentence]:
    """Reads a file.

    Args:
        path: The file, gzipped or not. It is JSON lines if its first line with anything on it begins an object.
        form: How it is read.

    Returns:
        Its sentences.

    Raises:
        UserError: It cannot be read, a line is not what it has to be, or it has no sentence, or one that is far too long for one.
    """
    if not path.is_file():
        raise UserError(f"{path}: expected a file of tagged sentences, found none, or none that can be seen")
    lines = list(read_lines(path, form.encoding))
    start = next((line for line in lines if line.strip()), "")
    sentences = list((_json_sentences if start.lstrip().startswith(('{"', '{ "')) else _column_sentences)(path, lines, form))
    if not sentences:
        raise UserError(f"{path}: expected sentences, a word and its tag on each line, found none in {len(lines):,} lines")
    if len(sentences) == 1 and len(sentences[0].words) > GIANT:
        found = f"found one of {len(sentences[0].words):,} words"
        raise UserError(f"{sentences[0].place(0)}: expected an empty line after each sentence, {found}; put empty lines between sentences")
    return sentences


# === Columns ===


def _column_sentences(path: Path, lines: Iterable[str], form: Form) -> Iterator[Sentence]:
    columns: _Columns | None = None
    words, tags, places = [], [], []
    for number, line in enumerate([*lines, ""], start=1):
        line = line.rstrip("\r\n")
        if not line.strip():
            if words:
                yield Sentence(words, tags, str(path), places)
            words, tags, places = [], [], []
            continue
        fields = line.split("\t") if "\t" in line else _BLANKS.split(line.strip(" "))
        if columns is None and not line.startswith("#"):
            columns = _Columns.of(fields, f"{path}:{number}", number, form)
        if columns is None or columns.is_no_word(fields, f"{path}:{number}"):
            continue
        words.append(without_spaces(fields[columns.token]))
        tags.append(fields[columns.tag])
        places.append(number)


@dataclass(frozen=True)
class _Columns:
    """The columns of a file: how many, on which line that was found, and which are read."""

    width: int
    line: int
    token: int
    tag: int

    @classmethod
    def of(cls, fields: list[str], place: str, line: int, form: Form) -> "_Columns":
        if len(fields) < 2:
            raise UserError(
                f'{place}: expected a word and its tag in columns, with spaces or a tab between them, received "{fields[0][:60]}"'
            )
        usual = (1, 3) if len(fields) == len(CONLL_U) else (0, len(fields) - 1)
        token = _index(form.token_column, "token_column", usual[0], len(fields), place)
        return cls(len(fields), line, token, _index(form.tag_column, "tag_column", usual[1], len(fields), place))

    def is_no_word(self, fields: list[str], place: str) -> bool:
        """Tells what is no word: a comment, a mark between documents, or one of those lines of CoNLL-U.

        Raises:
            UserError: It is neither that nor a word.
        """
        if len(fields) != self.width:
            if fields[0].startswith("#"):
                return True
            raise UserError(f"{place}: expected {self.width} columns, as in line {self.line:,}, received {len(fields)}")
        if empty := [column + 1 for column in (self.token, self.tag) if not fields[column].strip()]:
            raise UserError(f"{place}: expected a word and its tag, received nothing in column {empty[0]}")
        of_conll_u = self.width == len(CONLL_U) and _NO_WORD.fullmatch(fields[0])
        return fields[self.token] == _DOCUMENT or bool(of_conll_u)


def _index(chosen: str | None, option: str, usual: int, width: int, place: str) -> int:
    """Returns the place of a column that is given by its number, counted from 1, or in CoNLL-U by its name."""
    if chosen is None:
        return usual
    if width == len(CONLL_U) and chosen.lower() in CONLL_U:
        return CONLL_U.index(chosen.lower())
    number = int(chosen) if chosen.isdecimal() else 0
    if not 1 <= number <= width:
        names = f", or one of {', '.join(CONLL_U)}" if width == len(CONLL_U) else ""
        raise UserError(
            f'{place}: there is no column "{chosen}"; expected a number from 1 to {width}{names}; change --{option.replace("_", "-")}'
        )
    return number - 1


# === JSON lines ===


def _json_sentences(path: Path, lines: Iterable[str], form: Form) -> Iterator[Sentence]:
    for place, row in line_rows(path, lines):
        words, tags = (_strings(row, key, place) for key in (form.token_column or "tokens", form.tag_column or "tags"))
        if len(words) != len(tags):
            raise UserError(f"{place}: expected a tag for each token, received {len(words)} tokens and {len(tags)} tags")
        number = int(place.rpartition(":")[2])
        if words:
            yield Sentence([without_spaces(word) for word in words], tags, str(path), [number] * len(words))


def _strings(row: dict[str, Any], key: str, place: str) -> list[str]:
    if not isinstance(row.get(key), list):
        received = f'"{key}" {kind_of(row[key])}' if key in row else ", ".join(map(repr, row)) or "an empty object"
        raise UserError(f'{place}: expected "{key}", an array of strings, received {received}')
    if wrong := [value for value in row[key] if not isinstance(value, str) or not value.strip()]:
        kind = "an empty string" if isinstance(wrong[0], str) else kind_of(wrong[0])
        raise UserError(f'{place}: expected an array of strings as "{key}", received {kind} in it')
    return row[key]
