"""Language models of ours with any cell, with as many parameters as another."""

import dataclasses

from benchmarks.language_models.ours import untrained
from benchmarks.language_models.setting import Setting

GRID = 8  # units
MOST_UNITS = 4096


def parameters_of(setting: Setting) -> int:
    """Returns the number of parameters of the model."""
    return untrained(setting).count_params()


def with_parameters(setting: Setting, parameters: int) -> Setting:
    """Returns the setting with so many units, a multiple of 8, that the number of parameters is the nearest there is.

    Args:
        setting: The model.
        parameters: The number.
    """
    low, high = 1, MOST_UNITS // GRID
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if parameters_of(_of_units(setting, middle)) <= parameters else (low, middle)
    nearest = (_of_units(setting, multiple) for multiple in (low, high))
    return min(nearest, key=lambda found: abs(parameters_of(found) - parameters))


def _of_units(setting: Setting, multiple: int) -> Setting:
    return dataclasses.replace(setting, units=GRID * multiple)
