"""Reads what an export says of itself, without TensorFlow."""

import json
from pathlib import Path
from typing import Any

from toolkit.errors import naming


def read_description(path: Path, *keys: str) -> dict[str, Any]:
    """Reads a JSON file of an export.

    Args:
        path: The file.
        *keys: What has to be in it.

    Returns:
        Its content.

    Raises:
        UserError: It is missing, damaged, no object, or lacks one of the keys.
    """
    with naming(path, "the description that `toolkit export` wrote"):
        description = {**json.loads(path.read_bytes().decode("utf-8"))}
        if missing := [key for key in keys if key not in description]:
            raise ValueError(f"it lacks {missing[0]}")
        return description
