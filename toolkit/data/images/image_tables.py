"""Tables whose rows name an image."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from toolkit.data.reading.columns import key_of, quoted
from toolkit.data.reading.header import column_keys
from toolkit.data.reading.json_rows import kind_of
from toolkit.data.reading.reading import Reading
from toolkit.data.reading.tables import open_table
from toolkit.errors import UserError


def read_rows(path: Path, columns: Mapping[str, str | None], reading: Reading) -> Iterator[tuple[str, dict[str, str]]]:
    """Reads a table of texts.

    Args:
        path: The table.
        columns: As for `read_values`.
        reading: How the table is written.

    Yields:
        Where a row begins, and its values by role, `""` where there is none.

    Raises:
        UserError: As `read_values`, or a value is neither text nor a number.
    """
    for place, row in read_values(path, columns, reading):
        yield place, {role: text_of(place, value, role) for role, value in row.items()}


def read_values(path: Path, columns: Mapping[str, str | None], reading: Reading) -> Iterator[tuple[str, dict[str, Any]]]:
    """Reads a table, whose values may be lists where it is JSON.

    Args:
        path: The table.
        columns: For each role, such as `"image"`, the name or number of its column; `None` for the column of the role's own name. The
            option of a role is `--ROLE-column`.
        reading: How the table is written.

    Yields:
        Where a row begins, and its values by role, `None` where there is none.

    Raises:
        UserError: The table cannot be read, or a column is not there.
    """
    named = {name for name in columns.values() if name}
    table = open_table(path, reading, header=lambda rows: any(name.strip().lower() in {*columns, *named} for name in rows[0]))
    keys = column_keys(table.names)
    found = {
        role: key_of(name, keys) if name else next((key for key in keys if key.lower() == role), None) for role, name in columns.items()
    }
    for role, key in found.items():
        if key is None:
            asked = f'"{columns[role]}"' if columns[role] else f"with the {role}"
            raise UserError(f"{path}: expected a column {asked}, found {quoted(keys)}; say which with --{role}-column")
    for place, row in table.rows:
        yield place, {role: row.get(key) for role, key in found.items()}


def text_of(place: str, value: Any, role: str) -> str:
    """Returns a value of a row as text; it may be a number.

    Args:
        place: Where the row begins, for error messages.
        value: The value.
        role: Its role.

    Raises:
        UserError: It is something else.
    """
    if value is None:
        return ""
    if isinstance(value, bool) or not isinstance(value, (str, int, float)):
        raise UserError(f'{place}: expected a string as "{role}", received {kind_of(value)}')
    return str(value)
