"""Which columns of a table hold the text, the label and the source."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace

from toolkit.data.reading.header import column_keys
from toolkit.errors import UserError

_SYNONYMS = {
    "text": ("text", "sentence", "review", "content", "body", "comment"),
    "label": ("label", "sentiment", "category", "class", "target"),
    "source": ("source",),
}
_FEWEST_ROWS = 4  # that tell a label by how often it occurs


@dataclass(frozen=True)
class Columns:
    """Three columns, by their names or by their numbers, counted from 1; those that are `None` are found.

    Attributes:
        text: Column of the text.
        label: Column of the label.
        source: Column that says where the text comes from; it need not exist.
    """

    text: str | None = None
    label: str | None = None
    source: str | None = None

    def __post_init__(self):
        for role in _SYNONYMS:
            if isinstance(getattr(self, role), int):  # a number that stands in a YAML file
                object.__setattr__(self, role, str(getattr(self, role)))

    def is_name(self, name: str) -> bool:
        """Tells whether a column of this name was asked for, or is found by its name."""
        asked = name in (self.text, self.label, self.source) and not name.isdecimal()  # which is the number of a column
        return asked or any(name.casefold() in usual for usual in _SYNONYMS.values())

    def resolve(
        self, names: Sequence[str], place: str, rows: Sequence[Mapping] = (), labels: Collection[str] = (), roles: Sequence[str] = ()
    ) -> "Columns":
        """Finds the columns of one table: those asked for, by their usual names, or of two columns the one with few values as the label.

        Args:
            names: The names that the table gives its columns, empty or repeated ones too.
            place: The table, for error messages.
            rows: The first rows, by the keys of the columns.
            labels: Labels that are known to occur, such as those of a model.
            roles: What to find, `"text"`, `"label"` or `"source"`; all three if empty.

        Returns:
            Columns that all exist, by their keys (`toolkit.data.reading.header.column_keys`); only `source` may be `None`, and what is no
            role.

        Raises:
            UserError: A column is missing, or several could be meant.
        """
        roles = roles or tuple(_SYNONYMS)
        found = Columns(**{role: self.find(role, names, place, needed=False) for role in roles})
        missing = [role for role in roles if role != "source" and getattr(found, role) is None]
        if missing:
            found = replace(found, **_by_content(found, missing, names, rows, labels))
        for role in missing:
            if getattr(found, role) is None:
                self.find(role, names, place, rows=rows)
        return found

    def find(self, role: str, names: Sequence[str], place: str, needed: bool = True, rows: Sequence[Mapping] = ()) -> str | None:
        """Finds one column by its name or number.

        Args:
            role: `"text"`, `"label"` or `"source"`.
            names: As for `resolve`.
            place: As for `resolve`.
            needed: Whether it is an error if there is none, for roles other than `"source"`.
            rows: As for `resolve`, for error messages.

        Returns:
            The key of the column, or `None`.

        Raises:
            UserError: A column that was asked for, or is needed, is missing; or several could be meant.
        """
        chosen, keys = getattr(self, role), column_keys(names)
        if chosen is not None:
            _check_unique(chosen, names, place, role)
            key = key_of(chosen, keys)
            if key is None:
                raise UserError(f'{place}: there is no {role} column "{chosen}", only {quoted(keys)}; change --{role}-column')
            return key
        found = [name for name in names if name.casefold() in _SYNONYMS[role]]
        usual = [name for name in found if name.casefold() == role]
        if len(set(usual or found)) > 1:
            raise UserError(f"{place}: {quoted(usual or found)} could all be the {role} column; choose one with --{role}-column")
        if not found and role != "source" and needed:
            advice = f"say which with --{role}-column, by name or number" + "; its first line was read as data" * (not any(names))
            raise UserError(f"{place}: expected a column with the {role}, found {_described(names, rows)}; {advice}")
        name = (usual or found or [None])[0]
        _check_unique(name, names, place, role)
        return name


def key_of(chosen: str, keys: Sequence[str]) -> str | None:
    """Returns the key of a column that was asked for by its name or, where no column is called so, by its number."""
    if chosen in keys:
        return chosen
    number = int(chosen) if chosen.isdecimal() else 0
    return keys[number - 1] if 1 <= number <= len(keys) else None


def quoted(names: Sequence[str]) -> str:
    """Lists names for an error message."""
    return ", ".join(f'"{name}"' for name in names) or "no columns"


def _check_unique(name: str | None, names: Sequence[str], place: str, role: str) -> None:
    numbers = [str(number) for number, other in enumerate(names, start=1) if other == name]
    if len(numbers) > 1:
        raise UserError(
            f'{place}: expected a name once per column, received "{name}" more than once, as columns {" and ".join(numbers)}; '
            f"choose one by its number with --{role}-column"
        )


def _by_content(found: Columns, missing: Sequence[str], names: Sequence[str], rows: Sequence[Mapping], labels: Collection[str]) -> dict:
    """Returns the missing columns where there is but one choice: two columns are left, and one of them has few values."""
    keys = column_keys(names)
    taken = {found.text, found.label, found.source}
    values = {key: [str(row[key]).strip() for row in rows if row.get(key) is not None] for key in keys}
    named = any(names)
    candidates = [
        key
        for key, name in zip(keys, names, strict=True)
        if key not in taken and any(values[key]) and not (named and not name) and not _counts_rows(values[key])
    ]
    if missing == ["text"] and len(keys) == len(candidates) == 1:
        return {"text": candidates[0]}
    pair = [*(key for key in (found.text, found.label) if key is not None), *candidates]
    if len(pair) != 2:
        return {}
    for label, text in (pair, pair[::-1]):
        fits = found.text in (None, text) and found.label in (None, label)
        if fits and _is_label(values[label], values[text], labels):
            return {"text": text, "label": label}
    return {}


def _is_label(values: Sequence[str], texts: Sequence[str], labels: Collection[str]) -> bool:
    """Tells labels from texts: all are known, or they are shorter, and each occurs twice or more on average."""
    if labels and set(filter(None, values)) <= set(labels):
        return True
    different = len(set(values))
    shorter = sum(map(len, values)) * len(texts) < sum(map(len, texts)) * len(values)
    return len(values) >= _FEWEST_ROWS and 2 * different <= min(len(values), len(set(texts))) and shorter


def _counts_rows(values: Sequence[str]) -> bool:
    """Tells the index that a table was written with: numbers that go up by one."""
    numbers = [int(value) for value in values if value.isdecimal()]
    return len(numbers) == len(values) > 1 and all(number == numbers[0] + position for position, number in enumerate(numbers))


def _described(names: Sequence[str], rows: Sequence[Mapping]) -> str:
    """Returns the names of columns; if none has one, their numbers, each with a value."""
    if any(names):
        return quoted(names)
    keys = column_keys(names)
    values = [next((str(row[key]) for row in rows if row.get(key) not in (None, "")), "") for key in keys]
    return ", ".join(f'{key} ("{value[:20]}{"…" * (len(value) > 20)}")' for key, value in zip(keys, values, strict=True)) or "no columns"
