"""Opens the folder `litert` of what `toolkit export` wrote, without TensorFlow."""

import json
from pathlib import Path
from typing import Any

from toolkit.errors import UserError


def read_description(directory: Path, *keys: str) -> dict[str, Any]:
    """Reads what a LiteRT file says of itself.

    Args:
        directory: The folder.
        *keys: What has to be in its `model.json`.

    Returns:
        The content of `model.json`.

    Raises:
        UserError: The file is missing, damaged, or lacks one of the keys.
    """
    path = directory / "model.json"
    try:
        description = json.loads(path.read_text("utf-8"))
        if missing := [key for key in keys if key not in description]:
            raise KeyError(missing[0])
        return description
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise UserError(f"{path}: expected the description that `toolkit export` wrote, but it cannot be read") from error
