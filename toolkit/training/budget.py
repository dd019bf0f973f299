"""How many steps a training has."""

import math
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass

import tensorflow as tf

from toolkit.arguments import InvalidArgument, check_positive, check_positive_integer
from toolkit.training.steps import Steps

TIMED_SHARE = 0.03
"""Of the time that there is, what the timing of steps may take, tracing apart."""

LEAST_TIMED = 5  # steps
FEW = 100
"""Steps that take too little time for any budget: they are not timed."""

LEAST_VALIDATIONS, MOST_VALIDATIONS = 4, 20


@dataclass(frozen=True)
class Budget:
    """What limits a training besides its epochs.

    Attributes:
        steps: So many steps, whatever the epochs are; `None` for those of the epochs.
        minutes: At most so many minutes, from the beginning of the command to its end; `None` for no limit.
        spent: Seconds of them that are gone before the training.
        reserved: Seconds of them that what comes after it needs.

    Raises:
        InvalidArgument: A number is not above 0.
    """

    steps: int | None = None
    minutes: float | None = None
    spent: float = 0.0
    reserved: float = 0.0

    def __post_init__(self):
        """Checks the arguments."""
        if self.steps is not None:
            check_positive_integer("steps", self.steps)
        if self.minutes is not None:
            check_positive("minutes", self.minutes)

    def within(self, steps: Steps, train: Iterable, validation: Iterable, validation_steps: int, epoch_steps: int) -> int:
        """Times some steps, which the caller has to undo, and returns how many there is time for, with their validations.

        Args:
            steps: What takes steps.
            train: Batches to train on.
            validation: Batches to validate on.
            validation_steps: Steps of one validation.
            epoch_steps: Steps of one epoch.

        Raises:
            InvalidArgument: There is no time for any.
        """
        began = time.monotonic()
        available = 60 * self.minutes - self.spent - self.reserved
        step = _seconds(steps, steps.train, train, TIMED_SHARE * available)
        validate = validation_steps * _seconds(steps, steps.evaluate, validation, 0)
        left = available - (time.monotonic() - began)
        left -= validate * validations(max(1, math.floor(left / step)), epoch_steps)
        if (number := math.floor(left / step)) < 1:
            gone = (60 * self.minutes - left) / 60
            raise InvalidArgument("minutes", f"above {gone:.2g}, which all but the training takes", self.minutes)
        return number


def validations(total: int, epoch_steps: int) -> int:
    """Returns how often a model is validated in so many steps: after each epoch, but neither too seldom nor too often."""
    return min(total, max(LEAST_VALIDATIONS, min(MOST_VALIDATIONS, math.ceil(total / epoch_steps))))


def _seconds(steps: Steps, take: Callable[[tuple], object], batches: Iterable[tuple[tf.Tensor, ...]], least: float) -> float:
    """Returns the mean time of a step, over at least so many seconds; those that trace something do not count."""
    count, seconds = 0, 0.0
    for batch in batches:
        traces, began = steps.traces, time.monotonic()
        take(batch)
        if steps.traces == traces:
            count, seconds = count + 1, seconds + time.monotonic() - began
            if count >= LEAST_TIMED and seconds >= least:
                break
    return seconds / count if count else time.monotonic() - began
