"""How many steps a training has."""

import math
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import NamedTuple

import tensorflow as tf

from toolkit.arguments import InvalidArgument, check_positive, check_positive_integer
from toolkit.training.steps import Steps

TIMED_SHARE = 0.03
"""Of the time that there is, what the timing of steps may take, tracing apart."""

LEAST_TIMED = 5  # steps
FEW = 100
"""Steps that take too little time for any budget: they are not timed."""

LEAST_VALIDATIONS, MOST_VALIDATIONS = 4, 20


class Pace(NamedTuple):
    """How many seconds something takes.

    Attributes:
        step: One step.
        validation: One validation, its scores included.
    """

    step: float
    validation: float


@dataclass(frozen=True)
class Budget:
    """What limits a training besides its epochs, and what else takes time.

    Attributes:
        steps: So many steps, whatever the epochs are; `None` for those of the epochs.
        minutes: At most so many minutes, from the beginning of the command to its end; `None` for no limit.
        spent: Seconds of them that are gone before the training.
        reserved: Seconds that what comes after it needs.
        reserved_steps: As many steps' time as that needs besides.
        score_steps: As many steps' time as the scores after each epoch need.

    Raises:
        InvalidArgument: A number is not above 0.
    """

    steps: int | None = None
    minutes: float | None = None
    spent: float = 0.0
    reserved: float = 0.0
    reserved_steps: float = 0.0
    score_steps: float = 0.0

    def __post_init__(self):
        """Checks the arguments."""
        if self.steps is not None:
            check_positive_integer("steps", self.steps)
        if self.minutes is not None:
            check_positive("minutes", self.minutes)

    def pace(self, steps: Steps, train: Iterable, validation: Iterable, validation_steps: int) -> Pace:
        """Times some steps, which the caller has to undo.

        Args:
            steps: What takes steps.
            train: Batches to train on.
            validation: Batches to validate on.
            validation_steps: Steps of one validation.
        """
        least = max(0.0, TIMED_SHARE * (60 * self.minutes - self.spent - self.reserved))
        step = _seconds(steps, steps.train, train, least)
        return Pace(step, validation_steps * _seconds(steps, steps.evaluate, validation, least) + self.score_steps * step)

    def within(self, pace: Pace, epoch_steps: int, timing: float = 0.0) -> int:
        """Returns how many steps there is time for, with their validations and with what comes after them.

        Args:
            pace: How long they take.
            epoch_steps: Steps of one epoch.
            timing: Seconds that it took to find that out.

        Raises:
            InvalidArgument: There is no time for any.
        """
        left = 60 * self.minutes - self.spent - timing - self.after(pace)
        left -= pace.validation * validations(max(1, math.floor(left / pace.step)), epoch_steps)
        if (number := math.floor(left / pace.step)) < 1:
            gone = self.minutes - left / 60
            raise InvalidArgument("minutes", f"above {gone:.2g}, which all but the training takes", self.minutes)
        return number

    def after(self, pace: Pace) -> float:
        """Returns the seconds that what comes after the training takes."""
        return self.reserved + self.reserved_steps * pace.step


def validations(total: int, epoch_steps: int) -> int:
    """Returns how often a model is validated in so many steps: after each epoch, but neither too seldom nor too often."""
    return min(total, max(LEAST_VALIDATIONS, min(MOST_VALIDATIONS, math.ceil(total / epoch_steps))))


def _seconds(steps: Steps, take: Callable[[tuple], object], batches: Iterable[tuple[tf.Tensor, ...]], least: float) -> float:
    """Returns the mean time of a step, over at least so many seconds; the first of a shape does not count, as it compiles something."""
    shapes, first, others = set(), [], []
    for batch in batches:
        shape, traces, began = str(tf.nest.map_structure(tf.type_spec_from_value, batch)), steps.traces, time.monotonic()
        take(batch)
        is_new = shape not in shapes or steps.traces > traces
        (first if is_new else others).append(time.monotonic() - began)
        shapes.add(shape)
        if len(others) >= LEAST_TIMED and sum(others) >= least:
            break
    return sum(others) / len(others) if others else min(first)
