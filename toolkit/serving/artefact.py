"""Finds out what an exported folder is."""

import json
from pathlib import Path
from typing import Any

from toolkit.errors import UserError


def open_artefact(path: Path) -> Any:
    """Opens an exported model.

    Args:
        path: Folder of a version, for its SavedModel; folder of a model, for its newest version; the folder `litert` of a version, or one
            of its `.tflite` files for any shape.

    Returns:
        What labels texts with it, a `TextPredictor`, translates them, a `TextTranslator`, or writes them, a `TextGenerator`.
        TensorFlow is imported for a SavedModel only.

    Raises:
        UserError: There is no exported model, it is damaged, or it is of fixed shapes.
    """
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
    versions = [version for version in path.glob("*/saved_model.pb") if version.parent.name.isdecimal()]
    newest = max(versions, key=lambda file: int(file.parent.name), default=path / "saved_model.pb")
    if not newest.is_file():
        raise UserError(f"{path}: expected an exported model or a version of one, found neither; `toolkit export RUN` writes them")
    return newest.parent


def _open_litert(folder: Path, file: str = "model.tflite") -> Any:
    description = _description(folder / "model.json")
    if file == (description.get("static") or {}).get("file"):
        raise UserError(f"{folder / file}: expected a LiteRT file for texts of any length, received one of fixed shapes; give model.tflite")
    task = description.get("task")
    if task == "language_model":
        from toolkit.serving.litert_text_generator import LiteRTTextGenerator

        return LiteRTTextGenerator(folder, file)
    if task == "translation":
        from toolkit.serving.litert_translator import LiteRTTranslator

        return LiteRTTranslator(folder, file)
    from toolkit.serving.litert_predictor import LiteRTPredictor

    return LiteRTPredictor(folder, file)


def _open_saved_model(folder: Path) -> Any:
    task = _description(folder / "assets" / "model.json").get("task")
    if task == "language_model":
        from toolkit.serving.saved_model_text_generator import SavedModelTextGenerator

        return SavedModelTextGenerator(folder)
    if task == "translation":
        from toolkit.serving.saved_model_translator import SavedModelTranslator

        return SavedModelTranslator(folder)
    from toolkit.serving.saved_model_predictor import SavedModelPredictor

    return SavedModelPredictor(folder)


def _description(file: Path) -> dict[str, Any]:
    """Returns what an export says of itself; if it says nothing, or nothing that can be read, it is taken for a classifier's."""
    try:
        return dict(json.loads(file.read_text("utf-8")))
    except (OSError, ValueError, TypeError):
        return {}
