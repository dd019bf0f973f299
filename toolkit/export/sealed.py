"""JSON files that carry a digest of their content, so that a damaged one is noticed by itself."""

import hashlib
import json
from pathlib import Path
from typing import Any

from toolkit.errors import UserError, naming
from toolkit.export.publishing import json_text, write_json

SEAL = "sha256"


def write_sealed(content: dict[str, Any], path: Path) -> None:
    """Writes a JSON object and its digest.

    Args:
        content: What JSON can hold.
        path: The file.

    Raises:
        OSError: It cannot be written.
    """
    write_json(_sealed(content), path)


def read_sealed(path: Path, expected: str, required: bool = True) -> dict[str, Any]:
    """Reads a JSON object whose digest has to fit.

    Args:
        path: The file.
        expected: What it has to be.
        required: Whether there has to be a digest. Files of older exports have none.

    Returns:
        The content, with its digest.

    Raises:
        UserError: It cannot be read, or was changed.
    """
    with naming(path, expected):
        text = path.read_bytes().decode("utf-8")
        content = json.loads(text)
        if not isinstance(content, dict):
            raise TypeError("it holds no object of JSON")
        unsealed = {key: value for key, value in content.items() if key != SEAL}
    if (required or SEAL in content) and text != json_text(_sealed(unsealed)):
        raise UserError(f"{path}: expected {expected}, but it was changed since: its digest does not fit; export the run anew")
    return content


def _sealed(content: dict[str, Any]) -> dict[str, Any]:
    return {**content, SEAL: hashlib.sha256(json_text(content).encode()).hexdigest()}
