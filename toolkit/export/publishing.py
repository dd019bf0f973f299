"""Puts a new version of a model into its folder, whole or not at all."""

import errno
import json
import os
import shutil
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, TypeVar

from toolkit.run_folder import writing

Result = TypeVar("Result")


def write_version(directory: Path, write: Callable[[Path], Result]) -> tuple[Path, Result]:
    """Writes the next version of a model under another name, and renames it: nobody sees half of it.

    Args:
        directory: Folder of the model's versions; made if it is not there.
        write: Writes a version into the empty folder that it is given, and checks it. If it raises, nothing is left.

    Returns:
        The version's folder, and what `write` returned.

    Raises:
        UserError: The folder cannot be written.
    """
    with writing(directory):
        directory.mkdir(parents=True, exist_ok=True)
        temporary = Path(tempfile.mkdtemp(dir=directory, prefix=".writing-"))
        try:
            result = write(temporary)
            return publish(temporary, directory), result
        finally:
            shutil.rmtree(temporary, ignore_errors=True)


def write_checked(
    directory: Path,
    parts: tuple,
    texts: Sequence[str],
    check: Callable[..., Any],
    write_saved_model: Callable[..., None],
    write_litert: Callable[..., None],
    report: Callable[..., Result],
) -> Result:
    """Writes the next version of a model that writes text, and compares both of its artefacts with the model before it is published.

    Args:
        directory: Folder of the model's versions.
        parts: The model, and what else makes it answer as it does.
        texts: What to compare it on.
        check: `(*parts, texts)` to what has `saved_model(folder)` and `litert(file)`, each an `Agreement`.
        write_saved_model: `(*parts, folder)`.
        write_litert: `(*parts, folder)`; it makes the folder.
        report: Class of the report.

    Returns:
        The report.

    Raises:
        UserError: The folder cannot be written, the conversion fails, or an artefact does not answer as the model does.
    """
    started = time.monotonic()

    def write(folder: Path) -> tuple:
        checked = check(*parts, texts)
        write_saved_model(*parts, folder)
        saved_model = checked.saved_model(folder)
        write_litert(*parts, folder / "litert")
        return saved_model, checked.litert(folder / "litert" / "model.tflite")

    path, (saved_model, litert) = write_version(directory, write)
    seconds = round(time.monotonic() - started, 1)
    differences = (saved_model.difference, litert.difference)
    return report(str(path), *sizes(path), len(texts), *differences, seconds, saved_model.ties + litert.ties)


def publish(temporary: Path, directory: Path) -> Path:
    """Renames a folder to the next free version.

    Args:
        temporary: The folder, in the same file system as `directory`.
        directory: Folder of the model's versions.

    Returns:
        The path of the version.
    """
    temporary.chmod(0o755)  # a temporary folder is private, a published one is not
    while True:
        versions = [int(path.name) for path in directory.iterdir() if path.name.isdecimal()]
        path = directory / str(max(versions, default=0) + 1)
        try:
            os.rename(temporary, path)
            return path
        except OSError as error:
            if error.errno not in (errno.EEXIST, errno.ENOTEMPTY):
                raise
            # Another export was faster: try the version after it.


def write_json(description: dict[str, Any], path: Path) -> None:
    """Writes what a version says of itself.

    Args:
        description: What JSON can hold.
        path: The file.
    """
    path.write_text(json.dumps(description, indent=1, ensure_ascii=False) + "\n", "utf-8")


def sizes(version: Path) -> tuple[int, int]:
    """Returns the bytes of a version's SavedModel, with its assets, and of its LiteRT file."""
    total, litert = (sum(path.stat().st_size for path in folder.rglob("*") if path.is_file()) for folder in (version, version / "litert"))
    return total - litert, (version / "litert" / "model.tflite").stat().st_size
