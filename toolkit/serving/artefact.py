"""Finds out what an exported folder is."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

from toolkit.errors import UserError, naming
from toolkit.export.inventory import EXPORT_ANEW, check_litert, check_saved_model
from toolkit.export.inventory import FILE as INVENTORY
from toolkit.inference.description import read_description
from toolkit.inference.litert import LiteRTRunner
from toolkit.inference.runner import Runner
from toolkit.serving.exported_text_generator import open_text_generator
from toolkit.serving.exported_translator import open_translator
from toolkit.serving.predictor import open_predictor

OPENERS = {
    "classification": open_predictor,
    "translation": open_translator,
    "language_model": open_text_generator,
}
"""What opens an export of each kind of task, from a runner and the folder of its description."""


def open_artefact(path: Path) -> Any:
    """Opens an exported model.

    Args:
        path: Folder of a version, for its SavedModel; folder of a model, for its newest version; the folder `litert` of a version, or one
            of its `.tflite` files for any shape.

    Returns:
        What labels texts with it, a `Predictor`, translates them, a `TextTranslator`, or writes them, a `TextGenerator`.
        TensorFlow is imported for a SavedModel only.

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


def _open_litert(folder: Path, file: str = "model.tflite") -> Any:
    check_litert(folder, file)
    description, opened = _described(folder)
    if file == (description.get("static") or {}).get("file"):
        raise UserError(f"{folder / file}: expected a LiteRT file for texts of any length, received one of fixed shapes; give model.tflite")
    return opened(LiteRTRunner(folder / file), folder)


def _open_saved_model(folder: Path) -> Any:
    check_saved_model(folder)
    _, opened = _described(folder / "assets")
    from toolkit.inference.saved_model import SavedModelRunner

    return opened(SavedModelRunner(folder), folder / "assets")


def _described(folder: Path) -> tuple[dict[str, Any], Callable[[Runner, Path], Any]]:
    """Returns what an export says of itself, and what opens an export of its kind."""
    file = folder / "model.json"
    description = read_description(file, "task")
    if description["task"] not in [*OPENERS]:  # it may be of any type
        raise UserError(f"{file}: task: expected one of {', '.join(OPENERS)}, found {description['task']}; {EXPORT_ANEW}")
    return description, OPENERS[description["task"]]
