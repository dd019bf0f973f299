"""Curves for TensorBoard."""

import os

import keras
import tensorflow as tf

from toolkit.training.steps import Steps

VARIABLES_EVERY = 10
"""Points: so seldom those of the single variables are written, which take longer than all others together."""


class Scalars(keras.callbacks.Callback):
    """Writes the loss, the metrics, the learning rate and the gradient norms as `train/...`, the validation's results as `validation/...`.

    At every tenth point the norm of each variable's gradient is written, too, as `gradient/...`, and after clipping as
    `gradient_clipped/...`.

    The horizontal axis is the optimizer's count of steps, so a resumed training goes on in the same curves.

    Args:
        log_dir: Folder of the event files.
        optimizer: The optimizer of the training.
        every: Steps between points.
        steps: What takes the steps, and has the norms.
    """

    def __init__(self, log_dir: str | os.PathLike, optimizer: keras.optimizers.Optimizer, every: int, steps: Steps) -> None:
        super().__init__()
        self._log_dir = os.fspath(log_dir)
        self._optimizer = optimizer
        self._every = every
        self._steps = steps

    def on_train_begin(self, logs: dict | None = None) -> None:
        """Opens an event file."""
        self._writer = tf.summary.create_file_writer(self._log_dir)

    def on_train_batch_end(self, batch: int, logs: dict) -> None:
        """Writes one point of each curve of the training."""
        step = int(self._optimizer.iterations.value.numpy())
        if step % self._every == 0:
            self._write({f"train/{name}": value for name, value in logs.items()}, step)
        if step % (VARIABLES_EVERY * self._every) == 0:
            names = [variable.path for variable in self.model.trainable_variables]
            for kind, norms in zip(("gradient", "gradient_clipped"), self._steps.norms.numpy(), strict=True):
                self._write({f"{kind}/{name}": norm for name, norm in zip(names, norms, strict=True)}, step)

    def on_epoch_end(self, epoch: int, logs: dict) -> None:
        """Writes one point of each curve of the validation."""
        values = {name.replace("val_", "validation/", 1): value for name, value in logs.items() if name.startswith("val_")}
        self._write(values, int(self._optimizer.iterations.value.numpy()))
        self._writer.flush()

    def on_train_end(self, logs: dict | None = None) -> None:
        """Closes the event file."""
        self._writer.close()

    def _write(self, values: dict[str, float], step: int) -> None:
        with self._writer.as_default():
            for name, value in values.items():
                tf.summary.scalar(name, value, step)
