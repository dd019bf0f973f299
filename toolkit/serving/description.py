"""Reads what an export says of itself, without TensorFlow."""

import json
from pathlib import Path
from typing import Any

from toolkit.errors import UserError


def read_description(path: Path, *keys: str) -> Any:
    """Reads a JSON file of an export.

    Args:
        path: The file.
        *keys: What has to be in it.

    Returns:
        Its content.

    Raises:
        UserError: It is missing, damaged, or lacks one of the keys.
    """
    try:
        description = json.loads(path.read_text("utf-8"))
        if missing := [key for key in keys if key not in description]:
            raise KeyError(missing[0])
        return description
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise UserError(f"{path}: expected the description that `toolkit export` wrote, but it cannot be read") from error
