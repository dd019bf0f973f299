"""JSON that every reader takes."""

import json
import math
from typing import Any


def to_json(value: Any, **options: Any) -> str:
    """Returns a value as JSON. A number that is infinite or none becomes null: JSON has no word for it.

    Args:
        value: Lists, dicts, strings, numbers.
        **options: As for `json.dumps`.
    """
    return json.dumps(_finite(value), ensure_ascii=False, allow_nan=False, **options)


def _finite(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _finite(part) for name, part in value.items()}
    if isinstance(value, list | tuple):
        return [_finite(part) for part in value]
    return None if isinstance(value, float) and not math.isfinite(value) else value
