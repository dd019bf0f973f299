"""The way back from a `.keras` file."""

from pathlib import Path

import keras

from toolkit.errors import UserError


def load_model(path: str | Path, dtype: str | None = None) -> keras.Model:
    """Loads a `.keras` file that the toolkit wrote.

    Args:
        path: The file.
        dtype: Dtype policy of the model; `None` for the one it was trained in.

    Returns:
        The model.

    Raises:
        UserError: There is no such file, or it is not a whole `.keras` file.
    """
    path = Path(path)
    if not path.is_file():
        raise UserError(f"{path}: expected a model file, found none; train first, or name another run folder")
    try:
        model = keras.models.load_model(path, compile=False)
    except (ValueError, OSError, KeyError) as error:
        reason = str(error).strip().splitlines()[0] if str(error).strip() else type(error).__name__
        raise UserError(f"{path}: expected a .keras file that this toolkit wrote, but it cannot be read ({reason})") from error
    if dtype is None or model.dtype_policy.name == dtype:
        return model
    copy = type(model).from_config({**model.get_config(), "dtype": dtype})
    if not copy.built:
        copy.build(None)
    copy.set_weights(model.get_weights())
    return copy
