"""Opens what `toolkit export` wrote."""

from pathlib import Path
from typing import Any

import tensorflow as tf
import tensorflow_text  # noqa: F401 - loads the operators of the tokenizers in the graph

from toolkit.errors import UserError
from toolkit.serving.description import read_description


def open_saved_model(directory: Path, asset: str, *keys: str) -> tuple[Any, Any]:
    """Loads a SavedModel and what it says of itself.

    Args:
        directory: Folder of one version.
        asset: Name of the JSON file among its assets.
        *keys: What has to be in it.

    Returns:
        The loaded module, whose variables live as long as it does, and the content of the asset.

    Raises:
        UserError: The folder holds no such SavedModel.
    """
    description = read_description(directory / "assets" / asset, *keys)
    try:
        return tf.saved_model.load(str(directory)), description
    except (OSError, ValueError, KeyError, TypeError, tf.errors.OpError) as error:
        reason = str(error).strip().splitlines()[0]
        raise UserError(f"{directory}: expected a SavedModel that `toolkit export` wrote, but it cannot be read ({reason})") from error
