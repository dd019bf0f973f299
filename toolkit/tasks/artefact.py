"""Finds out what an exported folder is."""

from pathlib import Path
from typing import Any, NamedTuple

from toolkit.errors import UserError, naming
from toolkit.export.format import Format
from toolkit.export.formats import FORMATS
from toolkit.export.inventory import EXPORT_ANEW
from toolkit.export.inventory import FILE as INVENTORY
from toolkit.inference.description import read_description
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
        for each in FORMATS:
            if each.holds(path):
                return _open(each, path)
        return _open(FORMATS[0], newest_version(path))


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
    """Returns whether a folder is a version, be it one that has lost its model."""
    return FORMATS[0].holds(folder) or (folder / INVENTORY).is_file()


def _open(form: Format, path: Path) -> Opened:
    form.check_files(path)
    file = form.description(path)
    description = read_description(file, "task")
    try:
        task = find_task(description["task"])
    except UserError as error:
        raise UserError(f"{file}: task: {error}; {EXPORT_ANEW}") from error
    return Opened(task, task.part("opener")(form.open(path), file.parent))
