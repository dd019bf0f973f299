"""Tables of labeled texts."""

import json
from collections import Counter
from collections.abc import Collection
from pathlib import Path
from typing import Any

from toolkit.data.labeled_texts.example import Example
from toolkit.data.labeled_texts.labels import is_missing, quoted_labels
from toolkit.data.reading.columns import Columns, quoted
from toolkit.data.reading.header import column_keys, has_header
from toolkit.data.reading.json_rows import kind_of
from toolkit.data.reading.reading import Reading
from toolkit.data.reading.tables import Table, open_table, text_of
from toolkit.errors import UserError

_ROLES = ("text", "label")
_COLUMN_OPTIONS = ("--text-column", "--label-column")


def read_table(
    path: Path,
    columns: Columns,
    reading: Reading = Reading(),  # noqa: B008 (frozen)
    *,
    labels: Collection[str] = (),
    notes: list[str] | None = None,
) -> list[Example]:
    """Reads the examples of one file.

    CSV is quoted as in RFC 4180, so a text may hold line breaks. TSV has one row per line, and its quotes are characters unless it is
    quoted throughout. JSON may have an object per line, or all of them in an array.

    Args:
        path: The file, gzipped or not.
        columns: The columns to read.
        reading: What somebody has said of how to read it.
        labels: Labels that are known to occur, such as those of a model: they tell data from a header, and labels from texts.
        notes: Takes a sentence on all that was found out.

    Returns:
        Examples in the order of the file.

    Raises:
        UserError: The file cannot be read, is empty, lacks a column, or has a row that is not what the format asks for.
    """
    table = open_table(path, reading, header=lambda rows: has_header(rows, columns.is_name, labels), labeled=True)
    found = columns.resolve(table.names, table.sample[0][0], [row for _, row in table.sample], labels)
    examples, missing, without_text = [], Counter(), 0
    renamed = reading.renamed()
    for place, row in table.rows:
        if row.get(found.text, "") is None:
            without_text += 1
            continue
        example = _example(row, found, place)
        label = renamed.get(example.label, example.label)
        if is_missing(label) and table.dialect.form != "fasttext":
            missing[label] += 1
            label = reading.label_missing or ""
        examples.append(example if label == example.label else example._replace(label=label))
    if notes is not None:
        left_out = f"{path}: {without_text:,} rows without a text (null) were left out" if without_text else None
        notes += filter(None, [_described(table, columns, found), _missing(path, missing, reading.label_missing), left_out])
    return examples


def _described(table: Table, columns: Columns, found: Columns) -> str | None:
    """Returns a sentence on the table, and on which columns are read unless names have said it."""
    named = all(columns.find(role, table.names, table.sample[0][0], needed=False) is not None for role in _ROLES)
    if named and (not table.dialect.delimiter or any(map(columns.is_name, table.names))):
        return table.describe()
    return table.describe(_places(table, found), _COLUMN_OPTIONS)


def _places(table: Table, found: Columns) -> str:
    keys = column_keys(table.names)
    numbered = {role: keys.index(getattr(found, role)) for role in _ROLES}
    return ", ".join(f"{role} in column {at + 1}{f' ({table.names[at]})' * bool(table.names[at])}" for role, at in numbered.items())


def _missing(path: Path, missing: Counter, name: str | None) -> str | None:
    spelled = Counter({label: number for label, number in missing.items() if label})
    if name is not None:
        return f'{path}: {missing.total():,} rows without a label are labeled "{name}"' if missing else None
    return f"{path}: the label {quoted_labels(spelled)} was read as no label; --label-missing NAME makes a label of it" if spelled else None


def _example(row: dict, columns: Columns, place: str) -> Example:
    if columns.text not in row or columns.label not in row:
        raise UserError(
            f"{place}: expected {quoted([columns.text, columns.label])}, received {', '.join(map(repr, row)) or 'an empty object'}"
        )
    return Example(text_of(row, columns.text, place), _name(row, columns.label, place), _name(row, columns.source, place), place)


def _name(row: dict, column: str | None, place: str) -> str:
    """Returns a label or source as a string; a missing one is empty, and a whole number has no fraction."""
    value: Any = row.get(column)
    if value is None or isinstance(value, str):
        return (value or "").strip()
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    if isinstance(value, int | float):
        return json.dumps(value)  # so `true` stays "true", and NaN is no label
    raise UserError(f'{place}: expected a string or a number as "{column}", received {kind_of(value)}')
