"""Puts a new version of a model into its folder, whole or not at all."""

import errno
import json
import os
import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

from toolkit.errors import UserError
from toolkit.run_folder import remove_empty, writing

Result = TypeVar("Result")


def write_version(directory: Path, write: Callable[[Path], Result], version: int | None = None) -> tuple[Path, Result]:
    """Writes a version of a model under another name, and renames it: nobody sees half of it.

    Args:
        directory: Folder of the model's versions; made if it is not there.
        write: Writes a version into the empty folder that it is given, and checks it. If it raises, nothing is left.
        version: Its number; `None` for the next one.

    Returns:
        The version's folder, and what `write` returned.

    Raises:
        UserError: The folder cannot be written, or has this version already.
    """
    missing = [folder for folder in (directory, *directory.parents) if not folder.exists()]
    with writing(directory):
        directory.mkdir(parents=True, exist_ok=True)
        temporary = Path(tempfile.mkdtemp(dir=directory, prefix=".writing-"))
        try:
            result = write(temporary)
            return publish(temporary, directory, version), result
        finally:
            shutil.rmtree(temporary, ignore_errors=True)
            remove_empty(missing)  # after a failure; else it holds the version


def publish(temporary: Path, directory: Path, version: int | None = None) -> Path:
    """Renames a folder to a version.

    Args:
        temporary: The folder, in the same file system as `directory`.
        directory: Folder of the model's versions.
        version: Its number; `None` for the next free one.

    Returns:
        The path of the version.

    Raises:
        UserError: The version is there already.
    """
    temporary.chmod(0o755)  # a temporary folder is private, a published one is not
    while True:
        path = directory / str(version or next_version(directory))
        try:
            os.rename(temporary, path)
            return path
        except OSError as error:
            if error.errno not in (errno.EEXIST, errno.ENOTEMPTY):
                raise
            # Another export was faster: try the version after it.
            if version is not None:
                refuse_existing(directory, version)


def next_version(directory: Path) -> int:
    """Returns the number after the highest version of a model."""
    return max((int(path.name) for path in directory.iterdir() if path.name.isdecimal()), default=0) + 1


def refuse_existing(directory: Path, version: int) -> None:
    """Checks that a model has not got a version yet.

    Args:
        directory: Folder of the model's versions.
        version: Its number.

    Raises:
        UserError: It has.
    """
    if (directory / str(version)).exists():
        raise UserError(
            f"{directory / str(version)}: this version exists, and what serves it may be reading it; the next is {next_version(directory)}"
        )


def size_of(path: Path) -> int:
    """Returns the bytes of a file, or of all files of a folder; 0 if there is none."""
    files = [path] if path.is_file() else path.rglob("*")
    return sum(file.stat().st_size for file in files if file.is_file())


def write_json(description: dict[str, Any], path: Path) -> None:
    """Writes what a version says of itself.

    Args:
        description: What JSON can hold.
        path: The file.
    """
    path.write_text(json_text(description), "utf-8", newline="\n")


def json_text(description: dict[str, Any]) -> str:
    """Returns a JSON object as `write_json` writes it."""
    return json.dumps(description, indent=1, ensure_ascii=False) + "\n"
