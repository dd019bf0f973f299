"""Finds out what an exported folder is."""

from pathlib import Path

from toolkit.errors import UserError
from toolkit.serving.predictions import TextPredictor


def open_artefact(path: Path) -> TextPredictor:
    """Opens an exported classifier.

    Args:
        path: Folder of a version, for its SavedModel; folder of a model, for its newest version; or the folder `litert` of a version.

    Returns:
        What labels texts with it. TensorFlow is imported for a SavedModel only.

    Raises:
        UserError: There is no exported classifier, or it is damaged.
    """
    if (path / "model.tflite").is_file():
        from toolkit.serving.litert_predictor import LiteRTPredictor

        return LiteRTPredictor(path)
    versions = [version for version in path.glob("*/saved_model.pb") if version.parent.name.isdecimal()]
    newest = max(versions, key=lambda file: int(file.parent.name), default=path / "saved_model.pb")
    if not newest.is_file():
        raise UserError(f"{path}: expected an exported model or a version of one, found neither; `toolkit export RUN` writes them")
    from toolkit.serving.saved_model_predictor import SavedModelPredictor

    return SavedModelPredictor(newest.parent)
