"""What is to be served: which folder, which version, under which name."""

import dataclasses
import re
from pathlib import Path

from toolkit.errors import UserError
from toolkit.export.tensorflow_serving import BATCHING

NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")  # what stands in a URL as it is


@dataclasses.dataclass(frozen=True)
class ServedModel:
    """An exported model, as a server is told of it.

    Attributes:
        name: Name in the URLs.
        folder: Absolute path of the folder of its versions.
        version: The version that is served.
        is_pinned: Whether that version was asked for; otherwise it is the newest.
    """

    name: str
    folder: Path
    version: int
    is_pinned: bool = False

    @property
    def version_folder(self) -> Path:
        """Folder of the version."""
        return self.folder / str(self.version)

    @property
    def batching_parameters(self) -> Path | None:
        """TensorFlow Serving's file about batching, if it lies beside the model."""
        file = self.folder.parent / BATCHING
        return file if file.is_file() else None


def find_model(path: Path, name: str | None = None) -> ServedModel | None:
    """Finds out what an exported folder holds.

    Args:
        path: Folder of a model's versions, or of one version.
        name: Name in the URLs; that of the folder of versions by default.

    Returns:
        The model, or `None` if the folder holds neither.

    Raises:
        UserError: The name does not fit into a URL, or the version has no number.
    """
    path = path.resolve()
    if (path / "saved_model.pb").is_file():
        if not is_version(path):
            raise UserError(f"{path}: expected a version whose folder is named by its number, such as 1; rename it")
        return ServedModel(checked_name(name or path.parent.name), path.parent, int(path.name), is_pinned=True)
    versions = [int(file.parent.name) for file in path.glob("*/saved_model.pb") if is_version(file.parent)]
    return ServedModel(checked_name(name or path.name), path, max(versions)) if versions else None


def is_version(folder: Path) -> bool:
    """Returns whether a folder's name is a number as servers read it, without leading zeros."""
    return folder.name.isascii() and folder.name.isdecimal() and folder.name == str(int(folder.name))


def checked_name(name: str) -> str:
    """Returns the name of a model.

    Raises:
        UserError: It does not fit into a URL.
    """
    if not NAME.fullmatch(name):
        raise UserError(f'--name: expected letters, digits, ".", "_" and "-", received "{name}"')
    return name


def describe_missing(path: Path) -> str:
    """Returns one line about a folder in which nothing can be served."""
    expected = "expected the folder of an exported model, of one of its versions, or of a finished run"
    if not path.exists():
        return f"{path}: {expected}, found no such folder"
    if not path.is_dir():
        return f"{path}: {expected}, found a file"
    if (path / "model.tflite").is_file():
        return f"{path}: {expected}, found LiteRT files, which no server reads; give the version's folder, {path.resolve().parent}"
    if inside := sorted(folder for folder in path.iterdir() if folder.is_dir() and find_model(folder, "x")):
        return f"{path}: {expected}, found several models; give one of them, such as {inside[0]}"
    return f"{path}: {expected}, found neither; `toolkit export RUN` writes exported models"
