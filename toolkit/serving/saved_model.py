"""Opens what `toolkit export` wrote."""

from pathlib import Path
from typing import Any

from toolkit.inference.saved_model import SavedModelRunner
from toolkit.serving.description import read_description


def open_saved_model(directory: Path, asset: str, *keys: str) -> tuple[SavedModelRunner, Any]:
    """Loads a SavedModel and what it says of itself.

    Args:
        directory: Folder of one version.
        asset: Name of the JSON file among its assets.
        *keys: What has to be in it.

    Returns:
        What runs it, and the content of the asset.

    Raises:
        UserError: The folder holds no such SavedModel.
    """
    description = read_description(directory / "assets" / asset, *keys)
    return SavedModelRunner(directory), description
