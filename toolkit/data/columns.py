"""Which columns of a table hold the text, the label and the source."""

from collections.abc import Sequence
from dataclasses import dataclass

from toolkit.errors import UserError

_SYNONYMS = {
    "text": ("text", "sentence", "review", "content", "body", "comment"),
    "label": ("label", "sentiment", "category", "class", "target"),
    "source": ("source",),
}


@dataclass(frozen=True)
class Columns:
    """The names of three columns; those that are `None` are found by their usual names.

    Attributes:
        text: Column of the text.
        label: Column of the label.
        source: Column that says where the text comes from; it need not exist.
    """

    text: str | None = None
    label: str | None = None
    source: str | None = None

    def resolve(self, names: Sequence[str], place: str) -> "Columns":
        """Finds the three columns of one table.

        Args:
            names: The columns that the table has.
            place: The table, for error messages.

        Returns:
            Columns that all exist; only `source` may still be `None`.

        Raises:
            UserError: A column is missing, or several could be meant.
        """
        return Columns(*(self.find(role, names, place) for role in _SYNONYMS))

    def find(self, role: str, names: Sequence[str], place: str) -> str | None:
        """Finds one column; `role` is `"text"`, `"label"` or `"source"`, the rest as for `resolve`."""
        chosen = getattr(self, role)
        if chosen is not None:
            if chosen not in names:
                raise UserError(f'{place}: there is no {role} column "{chosen}", only {quoted(names)}; change --{role}_column')
            return chosen
        found = [name for name in names if name.casefold() in _SYNONYMS[role]]
        usual = [name for name in found if name.casefold() == role]
        if len(usual or found) > 1:
            raise UserError(f"{place}: {quoted(usual or found)} could all be the {role} column; choose one with --{role}_column")
        if not found and role != "source":
            raise UserError(f"{place}: expected a column with the {role}, found {quoted(names)}; name it with --{role}_column")
        return (usual or found or [None])[0]


def quoted(names: Sequence[str]) -> str:
    """Lists names for an error message."""
    return ", ".join(f'"{name}"' for name in names) or "no columns"
