"""Where the user's own files and folders are, and which split each of them is."""

import os
import re
from collections.abc import Sequence
from pathlib import Path

from toolkit.data.reading.tables import is_table_name
from toolkit.errors import UserError

SPLIT_NAMES = {
    "train": "train",
    "validation": "validation",
    "valid": "validation",
    "val": "validation",
    "dev": "validation",
    "test": "test",
}
_NAMED_FILES = re.compile(rf"({'|'.join(SPLIT_NAMES)})=")


def is_local(data: str) -> bool:
    """Tells a file, a folder or a list `train=FILE,...` from the name of a TFDS set.

    What exists is local, and so is what can only be a path: it begins with `.`, `~` or `/`, ends in `/`, or has a suffix.
    """
    looks_like_path = data.startswith((".", "~", "/")) or data.endswith("/") or "." in data.partition("/")[0].partition(":")[0]
    return looks_like_path or is_table_name(Path(data)) or names_splits(data) or os.path.exists(data)


def names_splits(data: str) -> bool:
    """Tells `train=FILE,...` from one file or folder."""
    return _NAMED_FILES.match(data) is not None


def named_paths(data: str, most: int = 1) -> dict[str, list[Path]]:
    """Reads `train=FILE,validation=FILE,test=FILE`.

    Args:
        data: What `names_splits` accepts.
        most: How many files a split may have, separated by commas as well.

    Returns:
        The files by split, in the order given.

    Raises:
        UserError: A split is unknown or is given twice, or there are too many files.
    """
    paths: dict[str, list[Path]] = {}
    split = None
    for word in data.split(","):
        name, equals, path = word.partition("=") if "=" in word else (None, "", word)
        split = SPLIT_NAMES.get(name.strip()) if equals else split  # a file without a name goes with the one before it
        if not path.strip() or split is None or len(paths.get(split, [])) >= (1 if equals else most):
            files = ",".join(["FILE"] * most)
            expected = f"train={files},validation={files},test={files}, each at most once"
            raise UserError(f'--data: expected {expected}, received "{word}" in "{data}"')
        paths.setdefault(split, []).append(Path(path.strip()).expanduser())
    return paths


def split_paths(path: Path) -> dict[str, Path]:
    """Finds the splits of a folder; whatever else, a folder per label or a table, is read as `"train"`."""
    if not path.is_dir():
        return {"train": path}
    found: dict[str, list[Path]] = {}
    for entry in entries(path):
        if split := SPLIT_NAMES.get(entry.name.partition(".")[0].lower()):
            found.setdefault(split, []).append(entry)
    return {split: _the_entry(path, split, candidates) for split, candidates in found.items()} or {"train": path}


def _the_entry(path: Path, split: str, candidates: Sequence[Path]) -> Path:
    """Returns the one folder or table of a split, or else the one file, whatever it is called."""
    best = [entry for entry in candidates if entry.is_dir() or is_table_name(entry)] or candidates
    if len(best) > 1:
        raise UserError(f'{path}: expected one file or folder for {split}, found "{best[0].name}" and "{best[1].name}"')
    return best[0]


def entries(path: Path) -> list[Path]:
    """Lists a folder in a fixed order, without hidden entries."""
    try:
        return sorted(entry for entry in path.iterdir() if not entry.name.startswith("."))
    except OSError as error:
        raise UserError(f"{path}: cannot read this folder: {error.strerror}") from error
