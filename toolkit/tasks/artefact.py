"""Finds out what an exported folder is."""

from pathlib import Path
from typing import Any, NamedTuple

from toolkit.errors import UserError, naming
from toolkit.export.inventory import EXPORT_ANEW, check_litert, check_saved_model
from toolkit.export.inventory import FILE as INVENTORY
from toolkit.inference.description import read_description
from toolkit.inference.litert import LiteRTRunner
from toolkit.tasks.registry import find_task
from toolkit.tasks.task import Task


class Opened(NamedTuple):
    """An exported model that is ready to answer.

    Attributes:
        task: Its kind of task.
        answerer: What gives answers with it, as that kind does.
    """

    task: Task
    answerer: Any


def open_artefact(path: Path) -> Opened:
    """Opens an exported model.

    Args:
        path: Folder of a version, for its SavedModel; folder of a model, for its newest version; the folder `litert` of a version, or one
            of its `.tflite` files for any shape.

    Returns:
        The kind of task, and what gives answers. TensorFlow is imported for a SavedModel only.

    Raises:
        UserError: There is no exported model, it is damaged, it is of fixed shapes, or of a kind that is not known here.
    """
    with naming(path, "an exported model"):
        if path.is_file() and path.suffix == ".tflite":
            return _open_litert(path.parent, path.name)
        if (path / "model.tflite").is_file():
            return _open_litert(path)
        return _open_saved_model(newest_version(path))


def newest_version(path: Path) -> Path:
    """Returns the folder of an exported version.

    Args:
        path: That folder, or the folder of a model, for its newest version.

    Raises:
        UserError: It is neither.
    """
    versions = [folder for folder in path.glob("*") if folder.name.isdecimal() and _is_version(folder)]
    newest = max(versions, key=lambda folder: int(folder.name), default=path)
    if not _is_version(newest):
        raise UserError(f"{path}: expected an exported model or a version of one, found neither; `toolkit export RUN` writes them")
    return newest


def _is_version(folder: Path) -> bool:
    """Returns whether a folder is a version, be it one that has lost its SavedModel."""
    return (folder / "saved_model.pb").is_file() or (folder / INVENTORY).is_file()


def _open_litert(folder: Path, file: str = "model.tflite") -> Opened:
    check_litert(folder, file)
    description, task = _described(folder)
    if file == (description.get("static") or {}).get("file"):
        raise UserError(f"{folder / file}: expected a LiteRT file for texts of any length, received one of fixed shapes; give model.tflite")
    return Opened(task, task.part("opener")(LiteRTRunner(folder / file), folder))


def _open_saved_model(folder: Path) -> Opened:
    check_saved_model(folder)
    _, task = _described(folder / "assets")
    from toolkit.inference.saved_model import SavedModelRunner

    return Opened(task, task.part("opener")(SavedModelRunner(folder), folder / "assets"))


def _described(folder: Path) -> tuple[dict[str, Any], Task]:
    """Returns what an export says of itself, and its kind of task."""
    file = folder / "model.json"
    description = read_description(file, "task")
    try:
        return description, find_task(description["task"])
    except UserError as error:
        raise UserError(f"{file}: task: {error}; {EXPORT_ANEW}") from error
