"""Trains small models again and again from new weights, and compiles them once."""

import itertools
import statistics
from collections.abc import Callable, Iterable, Iterator
from typing import Any

import keras
import numpy as np
import tensorflow as tf

BATCH = 32
HELD_OUT_BATCHES = 16
HELD_OUT_SEED = 2**31  # far from the seeds of the training

Batch = tuple[Any, np.ndarray]
Task = Callable[[np.random.Generator, int], Batch]
"""`(generator, examples) -> (inputs, targets)`: draws a batch."""
Loss = Callable[[tf.Tensor, tf.Tensor], tf.Tensor]
"""`(targets, outputs) -> number`."""


class Trainer:
    """One model and its optimizer, which start anew for each seed.

    XLA compiles for each shape, so all batches, held-out ones too, have one shape, and the outputs of held-out batches come of the function
    that makes the gradient. No model here has dropout, so they are what the model gives.

    Args:
        build: Makes the model, with other weights each time.
        loss: What is minimised.
        learning_rate: Of the optimizer.
        clip: Largest norm of the gradient; `inf` not to clip.
        optimizer: Class of the optimizer.

    Attributes:
        model: The model, whose weights change.
    """

    def __init__(
        self,
        build: Callable[[], keras.Model],
        loss: Loss,
        *,
        learning_rate: float,
        clip: float = 1.0,
        optimizer: type[keras.optimizers.Optimizer] = keras.optimizers.Adam,
    ):
        self.model, self._build, self._loss = build(), build, loss
        self._optimizer = optimizer(learning_rate)
        self._optimizer.build(self.model.trainable_variables)
        self._at_first = [variable.numpy() for variable in self._optimizer.variables]
        self._clip, self._clip_by_default = tf.Variable(clip, dtype=tf.float32), clip
        self._gradient = tf.function(self._gradient_of, autograph=False)
        self._update = tf.function(self._apply, autograph=False)

    def start(self, seed: int, *, build: Callable[[], keras.Model] | None = None, clip: float | None = None) -> None:
        """Draws new weights, and lets the optimizer forget.

        Args:
            seed: Seed of the weights.
            build: Makes a model of the same shapes whose weights start otherwise.
            clip: Another threshold.
        """
        keras.utils.set_random_seed(seed)
        self.model.set_weights((build or self._build)().get_weights())
        for variable, value in zip(self._optimizer.variables, self._at_first, strict=True):
            variable.assign(value)
        self._clip.assign(self._clip_by_default if clip is None else clip)

    def train(self, batches: Iterable[Batch]) -> list[tuple[float, float]]:
        """Takes a step on each batch; returns for each the loss and the norm of the gradient before clipping."""
        taken = []
        for inputs, targets in batches:
            loss, _, gradients, norm = self._gradient(inputs, targets)
            self._update(gradients, norm)
            taken.append((loss, norm))
        return [(float(loss), float(norm)) for loss, norm in taken]

    def loss(self, batches: Iterable[Batch]) -> float:
        """Returns the mean loss of batches."""
        return statistics.fmean(float(self._gradient(*batch)[0]) for batch in batches)

    def outputs(self, batches: Iterable[Batch]) -> np.ndarray:
        """Returns the outputs for batches, one after another."""
        return np.concatenate([self._gradient(*batch)[1].numpy() for batch in batches])

    def _gradient_of(self, inputs, targets):
        variables = [variable.value for variable in self.model.trainable_variables]
        with tf.GradientTape() as tape:
            outputs = self.model(inputs, training=True)
            loss = self._loss(targets, outputs)
        gradients = list(map(tf.convert_to_tensor, tape.gradient(loss, variables)))  # an embedding's are those of rows
        return loss, outputs, gradients, tf.linalg.global_norm(gradients)

    def _apply(self, gradients, norm):
        scale = tf.minimum(1.0, self._clip / norm)
        self._optimizer.apply([gradient * scale for gradient in gradients], self.model.trainable_variables)


def batches(task: Task, seed: int, number: int) -> Iterator[Batch]:
    """Draws batches of a task, the same for the same seed."""
    generator = np.random.default_rng(seed)
    return (task(generator, BATCH) for _ in range(number))


def in_parts(batches: Iterator[Batch], size: int) -> Iterator[list[Batch]]:
    """Yields lists of so many batches, the last one of what is left: to look at a model in between."""
    while part := list(itertools.islice(batches, size)):
        yield part


def held_out(task: Task, number: int = HELD_OUT_BATCHES) -> list[Batch]:
    """Returns batches that no training sees."""
    return list(batches(task, HELD_OUT_SEED, number))


def squared_error(targets: tf.Tensor, outputs: tf.Tensor) -> tf.Tensor:
    """Returns the mean squared error of `[batch]` and `[batch, 1]`."""
    return tf.reduce_mean(tf.square(targets - outputs[:, 0]))


def cross_entropy(targets: tf.Tensor, logits: tf.Tensor) -> tf.Tensor:
    """Returns the mean cross-entropy in nats of the targets, `[batch, ...]`, that are no less than zero."""
    counted = tf.cast(targets >= 0, tf.float32)
    nats = tf.nn.sparse_softmax_cross_entropy_with_logits(tf.maximum(targets, 0), logits)
    return tf.reduce_sum(nats * counted) / tf.reduce_sum(counted)


def accuracy(targets: np.ndarray, logits: np.ndarray) -> float:
    """Returns the share of right answers among the targets that are no less than zero."""
    counted = targets >= 0
    return float(np.mean(logits.argmax(-1)[counted] == targets[counted]))


def targets_of(batches: Iterable[Batch]) -> np.ndarray:
    """Returns the targets of batches, one after another."""
    return np.concatenate([targets for _, targets in batches])
