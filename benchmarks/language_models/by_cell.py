"""A language model of ours with any cell, with as many parameters as another."""

import dataclasses
from collections.abc import Sequence

import keras
import tensorflow as tf

from benchmarks.contenders.graph import start
from benchmarks.contenders.our_training import our_trainer
from benchmarks.contenders.training_session import TrainingSession
from benchmarks.language_models import Batch
from benchmarks.language_models.ours import untrained
from benchmarks.language_models.setting import Setting
from benchmarks.training_turns import FIRST_LOSSES
from toolkit.training.carried_state import CarriedState

GRID = 8  # units
MOST_UNITS = 4096


class ByCellSession(TrainingSession):
    """A language model made ready to train, from weights as its layers draw them.

    Args:
        setting: The model.
        seed: Seed of its weights.
        batches: What it trains on.
        threads: Threads of one operation.
    """

    def __init__(self, setting: Setting, seed: int, batches: Sequence[Batch], threads: int):
        start(threads)
        keras.utils.set_random_seed(seed)
        model = CarriedState(untrained(setting), setting.rows)
        trainer = our_trainer(
            model, setting.learning_rate, setting.global_clipnorm, lambda batch: tf.nest.map_structure(tf.constant, batch)
        )
        super().__init__(trainer, batches, range(min(FIRST_LOSSES, len(batches))))


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
