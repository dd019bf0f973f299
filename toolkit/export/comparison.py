"""Compares what a file says with what it has to say, field by field."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from toolkit.errors import UserError, naming

NOTHING = object()
SHOWN = 200  # characters of a value in a message


def compare(path: Path, expected: Any, found: Any) -> None:
    """Compares two values of what JSON can hold. Numbers of different types are different: 1 is neither 1.0 nor true.

    Args:
        path: The file that says what was found.
        expected: What it has to say.
        found: What it says.

    Raises:
        UserError: They differ; the message names the file and the first field.
    """
    for field, wanted, said in _differences("", expected, found):
        raise UserError(f"{path}: {field}expected {_shown(wanted)}, found {_shown(said)}")


def compare_file(path: Path, expected: bytes) -> None:
    """Compares texts by what they say, so that a message can name a field; and what is no text by its bytes.

    Args:
        path: The file.
        expected: What it has to hold.

    Raises:
        UserError: It cannot be read, or holds something else.
    """
    with naming(path, "a file of the export"):
        found = path.read_bytes()
    if path.suffix in (".json", ".txt"):
        compare(path, _parsed(path, expected), _parsed(path, found))
    elif found != expected:
        raise UserError(f"{path}: expected the {len(expected):,} bytes that are in the model, found {len(found):,} others")


def _parsed(path: Path, content: bytes) -> Any:
    with naming(path, "what `toolkit export` wrote"):
        text = content.decode("utf-8")
        return json.loads(text) if path.suffix == ".json" else text.split("\n")


def _differences(field: str, expected: Any, found: Any) -> Iterator[tuple[str, Any, Any]]:
    if isinstance(expected, dict) and isinstance(found, dict):
        pairs = ((f"{key}: ", expected.get(key, NOTHING), found.get(key, NOTHING)) for key in [*expected, *(found.keys() - expected)])
    elif isinstance(expected, list) and isinstance(found, list) and len(expected) == len(found) > 1:
        pairs = ((f"{index}: ", *pair) for index, pair in enumerate(zip(expected, found, strict=True)))
    else:
        if _text(expected) != _text(found):
            yield field, expected, found
        return
    for key, wanted, said in pairs:
        yield from _differences(f"{field}{key}", wanted, said)


def _text(value: Any) -> str:
    return "nothing" if value is NOTHING else json.dumps(value, ensure_ascii=False, sort_keys=True)


def _shown(value: Any) -> str:
    text = _text(value)
    return text if len(text) <= SHOWN else f"{text[:SHOWN]}…"
