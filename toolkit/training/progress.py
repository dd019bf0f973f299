"""How far a training is, for whoever watches it."""

import shutil
import sys
import time

import keras

from toolkit.training.budget import Budget, Pace

TRUSTED = 50
"""Steps: so many weigh as much as what was timed before the training."""


class Progress(keras.callbacks.Callback):
    """Says how far a training is: a line that is written over on a terminal, elsewhere one now and then; then a line for each epoch.

    Each tells how much time is left of the epoch, and how much in all: of the training, its validations, and what comes after it.

    Args:
        budget: What comes after the training.
        line_seconds: Time between the lines within an epoch, where the output is no terminal.

    Attributes:
        pace: How long steps and validations took when they were timed; `None` if they were not.
    """

    def __init__(self, budget: Budget | None = None, line_seconds: float = 30.0) -> None:
        super().__init__()
        self._budget = budget or Budget()
        self._line_seconds = line_seconds
        self.pace: Pace | None = None
        self._steps, self._training, self._is_compiled = 0, 0.0, False
        self._validation: float | None = None

    def on_train_begin(self, logs: dict | None = None) -> None:
        """Says how much there is to do."""
        steps, validations = self.params["total"], self.params["validations"]
        end = f"; {clock(self._left(steps, validations))} left in all" if self.pace else ""
        print(f"training   {_number(steps, 'step')}, {_number(validations, 'validation')}{end}", flush=True)

    def on_epoch_begin(self, epoch: int, logs: dict | None = None) -> None:
        """Starts the clock of the epoch."""
        self._epoch = f"epoch {epoch + 1}/{self.params['epochs']}"
        self._before = self._said = time.monotonic()
        self._done, self._loss, self._width = 0, 0.0, 0

    def on_train_batch_end(self, batch: int, logs: dict) -> None:
        """Shows the step; `batch` counts from 0 over the epoch, also after a resumption."""
        now, before = time.monotonic(), self._before
        self._before = now
        self._done += 1
        self._loss += logs["loss"]
        if not (self.pace or self._is_compiled):  # the first step says nothing of the others
            self._is_compiled = True
            return
        self._training += now - before
        self._steps += 1
        if now - self._said >= (0.2 if sys.stdout.isatty() else self._line_seconds):
            self._said = now
            self._show(f"{self._epoch}, step {batch + 1}/{self.params['steps']}, loss {self._loss / self._done:.4f}, {self._times(batch)}")

    def on_epoch_end(self, epoch: int, logs: dict) -> None:
        """Prints the epoch's record."""
        self._validation = time.monotonic() - self._before
        values = ", ".join(f"{name} {value:.4f}" for name, value in logs.items() if name not in ("epoch", "seconds", "learning_rate"))
        left = self._left(self.params["after"], self.params["validations"] - 1)
        line = f"{self._epoch}: {values}, {clock(logs['seconds'])} so far, {clock(left)} left in all"
        print(f"\r{line:<{self._width}}" if self._width else line, flush=True)

    def _show(self, line: str) -> None:
        if not sys.stdout.isatty():
            print(line, flush=True)
            return
        line = line[: shutil.get_terminal_size().columns - 1]
        print(f"\r{line:<{self._width}}", end="", flush=True)
        self._width = len(line)

    def _times(self, batch: int) -> str:
        steps = self.params["steps"] - batch - 1
        return f"{clock(steps * self._step)} left, {clock(self._left(steps + self.params['after'], self.params['validations']))} in all"

    def _left(self, steps: int, validations: int) -> float:
        """Returns the seconds to the end of the command, for so many steps and validations that are left."""
        pace = Pace(self._step, self._validation if self._validation is not None else self.pace.validation if self.pace else 0.0)
        return steps * pace.step + validations * pace.validation + self._budget.after(pace)

    @property
    def _step(self) -> float:
        """Seconds of a step: those that were taken, and what was timed before."""
        trusted = TRUSTED if self.pace else 0
        return (self._training + trusted * (self.pace.step if self.pace else 0.0)) / max(1, self._steps + trusted)


def clock(seconds: float) -> str:
    """Writes a duration as `3:07` or `1:02:45`."""
    minutes, seconds = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02d}:{seconds:02d}" if hours else f"{minutes}:{seconds:02d}"


def _number(count: int, what: str) -> str:
    return f"{count:,} {what}{'s' * (count != 1)}"
