"""Models of ours with any cell, with as many parameters as another."""

import dataclasses
from collections.abc import Callable

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
    return dataclasses.replace(setting, units=nearest_units(lambda units: parameters_of(_of_units(setting, units)), parameters))


def nearest_units(parameters_with: Callable[[int], int], parameters: int) -> int:
    """Returns the units, a multiple of 8, with which the number of parameters is the nearest there is.

    Args:
        parameters_with: From units to the number of parameters.
        parameters: The number.
    """
    low, high = 1, MOST_UNITS // GRID
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if parameters_with(GRID * middle) <= parameters else (low, middle)
    return min((GRID * low, GRID * high), key=lambda units: abs(parameters_with(units) - parameters))


def _of_units(setting: Setting, units: int) -> Setting:
    return dataclasses.replace(setting, units=units)
