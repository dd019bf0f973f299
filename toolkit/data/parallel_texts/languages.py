"""The two languages of a parallel text: what they are called, and which is the source."""

import re
from collections.abc import Sequence
from typing import NamedTuple

from toolkit.data.reading.columns import quoted
from toolkit.errors import UserError

_CODE = re.compile(r"[a-z]{2,3}([-_][A-Za-z0-9]{2,8})*")  # as in BCP 47: de, pt-BR, zh_Hans
_ROLES = (("source", "target"), ("src", "tgt"), ("src", "trg"))
_OTHERS = {"txt", "raw", "tok", "bpe", "src", "tgt", "trg", "hyp", "ref"}  # what ends the names of files and looks like a code


class Languages(NamedTuple):
    """A direction of translation.

    Attributes:
        source: Language, feature or column to translate from; `None` if nobody has said.
        target: Language, feature or column to translate to.
    """

    source: str | None
    target: str | None

    def known(self, among: Sequence[str]) -> list[str]:
        """Returns those of the two that are `among` some names."""
        return [language for language in self if language in among]

    def choose(self, names: Sequence[str], place: str, usual: "Languages | None" = None) -> "Languages":
        """Chooses two of the languages that a set has.

        Args:
            names: The languages of the set.
            place: The set, for error messages.
            usual: The direction if nobody has said; with one language given and two to choose from, the other needs no saying.

        Returns:
            Two different languages of the set.

        Raises:
            UserError: The set does not have a language, or the direction is in doubt.
        """
        for role, language in zip(self._fields, self, strict=True):
            if language is not None and language not in names:
                raise UserError(f'{place}: there is no {role} "{language}", only {quoted(names)}; change --{role}')
        if self == (None, None) and usual is not None:
            return usual
        others = [name for name in (usual if usual and self.known(usual) else names) if name not in self]
        if None in self and self != (None, None) and len(others) == 1:
            return Languages(self.source or others[0], self.target or others[0])
        if None in self or self.source == self.target:
            raise UserError(f"{place}: expected a source and a target, found {quoted(names)}; choose two with --source and --target")
        return self


def names_columns(fields: Sequence[str], languages: Languages) -> bool:
    """Tells whether the first line of a table names languages: one of those asked for, or language codes and words like `source`."""
    names = [field.strip() for field in fields]
    words = {word for role in _ROLES for word in role}
    return bool(languages.known(names)) or all(_CODE.fullmatch(name) or name in words for name in names)


def usual_columns(names: Sequence[str]) -> Languages | None:
    """Returns the direction of a table: from the first of two columns to the second, or between columns like `source` and `target`."""
    roles = [role for role in _ROLES if set(role) <= set(names)]
    return Languages(*(roles[0] if roles else names)) if roles or len(names) == 2 else None


def languages_of_files(names: Sequence[str]) -> Languages | None:
    """Returns the languages by which the names of two files end, as in `train.en` and `train.de.gz`; `None` if they do not."""
    endings = [name.removesuffix(".gz").rpartition(".")[2] for name in names]
    told = len(set(endings)) == 2 and all(_CODE.fullmatch(ending) and ending not in _OTHERS for ending in endings)
    return Languages(*endings) if told else None


UNNAMED = Languages("source", "target")
"""What two sides are called if nothing says their languages."""
