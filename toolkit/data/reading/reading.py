"""What somebody has said about how files are to be read. What nobody has said, their content decides."""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from types import MappingProxyType
from typing import Any

from toolkit.arguments import InvalidArgument, check_choice

FORMATS = ("csv", "tsv", "json", "jsonl", "fasttext")
HEADERS = ("first", "none")
QUOTINGS = ("csv", "none")
DELIMITERS = {"comma": ",", "tab": "\t", "semicolon": ";", "pipe": "|"}
"""Characters between two columns that are looked for, by what they are called."""

_CHARACTERS = DELIMITERS | {"\\t": "\t", "space": " "}


@dataclass(frozen=True, kw_only=True)
class Reading:
    """How files are read; what is `None`, the content of each file decides.

    Attributes:
        format: `"csv"`, `"tsv"`, `"json"`, `"jsonl"` or `"fasttext"`, which is a line per text that begins with its label.
        delimiter: What is between two columns: a character, or a name of `DELIMITERS`.
        quoting: `"csv"` if quotes around a field hold it together, `"none"` if they are characters like others.
        header: `"first"` if the first line names the columns, `"none"` if it is data.
        encoding: Of files without a byte order mark.
        label_missing: The label of what has none; `None` to leave it out.
        label_map: Labels to rename, as in `"1=1 star,5=5 stars"`.

    Raises:
        InvalidArgument: A value is not one of these, or two do not go together.
    """

    format: str | None = None
    delimiter: str | None = None
    quoting: str | None = None
    header: str | None = None
    encoding: str | None = None
    label_missing: str | None = None
    label_map: str | None = None

    def __post_init__(self):
        for name, choices in (("format", FORMATS), ("header", HEADERS), ("quoting", QUOTINGS)):
            if getattr(self, name) is not None:
                check_choice(name, getattr(self, name), choices)
        self._check_delimiter()
        _check_encoding(self.encoding)
        if self.label_missing is not None and not self.label_missing.strip():
            raise InvalidArgument("label_missing", "a name for what has no label", self.label_missing)
        self.renamed()

    def _check_delimiter(self) -> None:
        character = self.character
        if character is not None and (len(character) != 1 or character.isalnum() or character in '"\r\n'):
            raise InvalidArgument("delimiter", f"one character or one of {', '.join(DELIMITERS)}", self.delimiter)
        if self.format == "tsv" and character not in (None, "\t"):
            raise InvalidArgument("delimiter", "a tab with format tsv", self.delimiter, "leave out the format")
        if self.format not in (None, "csv", "tsv"):
            for name in ("delimiter", "quoting", "header"):
                if getattr(self, name) is not None:
                    raise InvalidArgument(name, f"none with format {self.format}, which has none", getattr(self, name))

    @classmethod
    def of(cls, settings: Any, given: Mapping[str, Any] = MappingProxyType({})) -> "Reading":
        """Takes from settings what they have of it, and what is given in their place."""
        return cls(**{field.name: given.get(field.name) or getattr(settings, field.name, None) for field in fields(cls)})

    @property
    def character(self) -> str | None:
        """The character between two columns."""
        return _CHARACTERS.get(self.delimiter, self.delimiter)

    def renamed(self) -> dict[str, str]:
        """Returns the new name of each label that is to be renamed.

        Raises:
            InvalidArgument: `label_map` is not a list of `OLD=NEW`.
        """
        pairs = [pair.partition("=") for pair in self.label_map.split(",")] if self.label_map is not None else []
        for old, equals, new in pairs:
            if not equals or not old.strip() or not new.strip():
                raise InvalidArgument("label_map", "OLD=NEW,OLD=NEW", self.label_map, f"{old + equals + new!r} is no such pair")
        return {old.strip(): new.strip() for old, _, new in pairs}


READING_OPTIONS = tuple(field.name for field in fields(Reading) if not field.name.startswith("label"))
"""Names of the options for files of any kind."""

LABEL_OPTIONS = tuple(field.name for field in fields(Reading) if field.name.startswith("label"))
"""Names of the options for labels."""


def _check_encoding(encoding: str | None) -> None:
    try:
        b"a".decode(encoding or "utf-8")
    except LookupError as error:
        raise InvalidArgument("encoding", "one such as utf-8, latin-1, cp1252, utf-16-le or gb18030", encoding) from error
    except UnicodeError:
        pass  # half a character of a known one
