"""How far a training is, for whoever watches it."""

import sys
import time

import keras

from toolkit.training.update import REPORTED


class Progress(keras.callbacks.Callback):
    """Keras's progress bar with the time left of the epoch, or lines now and then where output is no terminal; then a line for the epoch.

    Args:
        line_seconds: Time between the lines within an epoch.
    """

    def __init__(self, line_seconds: float = 30.0) -> None:
        super().__init__()
        self._line_seconds = line_seconds

    def on_epoch_begin(self, epoch: int, logs: dict | None = None) -> None:
        """Starts the clock of the epoch."""
        self._epoch = f"epoch {epoch + 1}/{self.params['epochs']}"
        self._began = self._said = time.monotonic()
        self._done, self._loss = 0, 0.0
        self._bar = None

    def on_train_batch_end(self, batch: int, logs: dict) -> None:
        """Shows the step; `batch` counts from 0 over the epoch, also after a resumption, when the bar shows what is left of the epoch."""
        left = self.params["steps"] - batch - 1
        self._done += 1
        self._loss += logs["loss"]
        if sys.stdout.isatty():
            if self._bar is None:
                print(self._epoch)
                self._bar = keras.utils.Progbar(self._done + left)
            self._bar.update(self._done, [(name, value) for name, value in logs.items() if name not in REPORTED])
        elif time.monotonic() - self._said >= self._line_seconds:
            self._said = time.monotonic()
            remaining = (self._said - self._began) / self._done * left
            print(
                f"{self._epoch}, step {batch + 1}/{self.params['steps']}, loss {self._loss / self._done:.4f}, {clock(remaining)} left",
                flush=True,
            )

    def on_epoch_end(self, epoch: int, logs: dict) -> None:
        """Prints the epoch's record."""
        values = ", ".join(f"{name} {value:.4f}" for name, value in logs.items() if name not in ("epoch", "seconds", "learning_rate"))
        print(f"{self._epoch}: {values}, {clock(logs['seconds'])} so far", flush=True)


def clock(seconds: float) -> str:
    """Writes a duration as `3:07` or `1:02:45`."""
    minutes, seconds = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02d}:{seconds:02d}" if hours else f"{minutes}:{seconds:02d}"
