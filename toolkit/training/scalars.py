"""Curves for TensorBoard."""

import os

import keras
import tensorflow as tf


class Scalars(keras.callbacks.Callback):
    """Writes the loss, the metrics, the learning rate and the gradient norms as `train/...`, the validation's results as `validation/...`.

    The horizontal axis is the optimizer's count of steps, so a resumed training goes on in the same curves.

    Args:
        log_dir: Folder of the event files.
        optimizer: The optimizer of the training.
        every: Steps between points.
    """

    def __init__(self, log_dir: str | os.PathLike, optimizer: keras.optimizers.Optimizer, every: int = 10) -> None:
        super().__init__()
        self._log_dir = os.fspath(log_dir)
        self._optimizer = optimizer
        self._every = every

    def on_train_begin(self, logs: dict | None = None) -> None:
        """Opens an event file."""
        self._writer = tf.summary.create_file_writer(self._log_dir)

    def on_train_batch_end(self, batch: int, logs: dict) -> None:
        """Writes one point of each curve of the training."""
        step = int(self._optimizer.iterations.value.numpy())
        if step % self._every == 0:
            self._write({f"train/{name}": value for name, value in logs.items()}, step)

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
