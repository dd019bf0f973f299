"""The variables of a training as arrays, and back."""

from collections.abc import Iterator

import keras
import numpy as np

from toolkit.errors import UserError
from toolkit.training.checkpoint import Checkpoint


def take_snapshot(**owners: keras.Model | keras.optimizers.Optimizer) -> dict[str, np.ndarray]:
    """Copies all variables.

    Args:
        **owners: What has variables, by the name to store them under.

    Returns:
        An array for each variable, in order: also the states of random generators, which are variables of a model.
    """
    return {name: _array(variable) for name, variable in _named(owners)}


def restore_snapshot(checkpoint: Checkpoint, **owners: keras.Model | keras.optimizers.Optimizer) -> None:
    """Assigns the arrays of a checkpoint.

    Args:
        checkpoint: What was stored.
        **owners: The owners whose snapshot it holds.

    Raises:
        UserError: The shapes differ; nothing has been assigned then.
    """
    variables = dict(_named(owners))
    expected = {name: tuple(variable.shape) for name, variable in variables.items()}
    received = {name: array.shape for name, array in checkpoint.arrays.items()}
    if expected != received:
        name = min(name for name in {**expected, **received} if expected.get(name) != received.get(name))
        raise UserError(
            f"{checkpoint.path}: belongs to another model or optimizer; for {name} expected shape {expected.get(name)}, "
            f"received {received.get(name)}; use the settings it was made with or another run folder"
        )
    for name, variable in variables.items():
        variable.assign(checkpoint.arrays[name])


def _array(variable: keras.Variable) -> np.ndarray:
    array = variable.value.numpy()
    # NumPy's files do not know bfloat16, of which each value is one of float32.
    return array.astype(np.float32) if variable.dtype == "bfloat16" else array


def _named(owners: dict[str, keras.Model | keras.optimizers.Optimizer]) -> Iterator[tuple[str, keras.Variable]]:
    for owner, has_variables in owners.items():
        for index, variable in enumerate(has_variables.variables):
            yield f"{owner}/{index:04d}", variable
