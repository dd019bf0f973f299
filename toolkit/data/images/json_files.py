"""Files of JSON that name images."""

import json
from pathlib import Path
from typing import Any

from toolkit.data.reading.lines import read_lines
from toolkit.data.reading.reading import Reading
from toolkit.errors import UserError


def json_of(path: Path, reading: Reading) -> Any:
    """Returns what a file of JSON holds; `None` of a table, which may be one of JSON lines.

    Args:
        path: The file.
        reading: How it is written.

    Raises:
        UserError: It cannot be read.
    """
    if ".json" not in [suffix.lower() for suffix in path.suffixes]:
        return None
    try:
        return json.loads("".join(read_lines(path, reading.encoding)))
    except (ValueError, RecursionError):
        return None


def holds(content: Any, key: str) -> bool:
    """Returns whether what a file holds is an object with a list of that name."""
    return isinstance(content, dict) and isinstance(content.get(key), list)


def value_of(path: Path, row: Any, key: str, kind: Any) -> Any:
    """Returns a value of an object of JSON.

    Args:
        path: The file, for error messages.
        row: What should be the object.
        key: Its key.
        kind: Type, or types, of the value.

    Raises:
        UserError: There is none of that type.
    """
    value = row.get(key) if isinstance(row, dict) else None
    if not isinstance(value, kind):
        raise UserError(f'{path}: expected "{key}" in each of its objects, received {str(row)[:60]}')
    return value
