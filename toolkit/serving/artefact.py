"""Finds out what an exported folder is."""

import json
from pathlib import Path
from typing import Any

from toolkit.errors import UserError


def open_artefact(path: Path) -> Any:
    """Opens an exported model.

    Args:
        path: Folder of a version, for its SavedModel; folder of a model, for its newest version; or the folder `litert` of a version.

    Returns:
        What labels texts with it, a `TextPredictor`, translates them, a `TextTranslator`, or writes them, a `TextGenerator`.
        TensorFlow is imported for a SavedModel only.

    Raises:
        UserError: There is no exported model, or it is damaged.
    """
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


def _open_litert(folder: Path) -> Any:
    task = _task(folder / "model.json")
    if task == "language_model":
        from toolkit.serving.litert_text_generator import LiteRTTextGenerator

        return LiteRTTextGenerator(folder)
    if task == "translation":
        from toolkit.serving.litert_translator import LiteRTTranslator

        return LiteRTTranslator(folder)
    from toolkit.serving.litert_predictor import LiteRTPredictor

    return LiteRTPredictor(folder)


def _open_saved_model(folder: Path) -> Any:
    task = _task(folder / "assets" / "model.json")
    if task == "language_model":
        from toolkit.serving.saved_model_text_generator import SavedModelTextGenerator

        return SavedModelTextGenerator(folder)
    if task == "translation":
        from toolkit.serving.saved_model_translator import SavedModelTranslator

        return SavedModelTranslator(folder)
    from toolkit.serving.saved_model_predictor import SavedModelPredictor

    return SavedModelPredictor(folder)


def _task(description_file: Path) -> str:
    """Returns what an export says that it does; if it says nothing, or nothing that can be read, it is a classifier's."""
    try:
        return str(json.loads(description_file.read_text("utf-8"))["task"])
    except (OSError, ValueError, KeyError, TypeError):
        return "classification"
