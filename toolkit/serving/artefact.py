"""Finds out what an exported folder is."""

import json
from pathlib import Path

from toolkit.errors import UserError
from toolkit.serving.predictions import TextPredictor
from toolkit.serving.translations import TextTranslator


def open_artefact(path: Path) -> TextPredictor | TextTranslator:
    """Opens an exported model.

    Args:
        path: Folder of a version, for its SavedModel; folder of a model, for its newest version; or the folder `litert` of a version.

    Returns:
        What labels texts with it, or translates them. TensorFlow is imported for a SavedModel only.

    Raises:
        UserError: There is no exported model, or it is damaged.
    """
    if (path / "model.tflite").is_file():
        return _open_litert(path)
    versions = [version for version in path.glob("*/saved_model.pb") if version.parent.name.isdecimal()]
    newest = max(versions, key=lambda file: int(file.parent.name), default=path / "saved_model.pb")
    if not newest.is_file():
        raise UserError(f"{path}: expected an exported model or a version of one, found neither; `toolkit export RUN` writes them")
    return _open_saved_model(newest.parent)


def _open_litert(folder: Path) -> TextPredictor | TextTranslator:
    if _translates(folder / "model.json"):
        from toolkit.serving.litert_translator import LiteRTTranslator

        return LiteRTTranslator(folder)
    from toolkit.serving.litert_predictor import LiteRTPredictor

    return LiteRTPredictor(folder)


def _open_saved_model(folder: Path) -> TextPredictor | TextTranslator:
    if _translates(folder / "assets" / "model.json"):
        from toolkit.serving.saved_model_translator import SavedModelTranslator

        return SavedModelTranslator(folder)
    from toolkit.serving.saved_model_predictor import SavedModelPredictor

    return SavedModelPredictor(folder)


def _translates(description_file: Path) -> bool:
    """Whether an export says that it translates; if it says nothing, or nothing that can be read, it is a classifier's."""
    try:
        return json.loads(description_file.read_text("utf-8"))["task"] == "translation"
    except (OSError, ValueError, KeyError, TypeError):
        return False
