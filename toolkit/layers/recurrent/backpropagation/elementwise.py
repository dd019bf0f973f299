"""Cells whose time loop has no matrix product.

Their gates see the inputs through one product, `z_t = W x_t + b`, which is made for all steps at once, before the loop, and whose gradient
is TensorFlow's. The state before meets vectors at most, unit by unit. So a loop starts from z, and comes back to δz.
"""

import abc
from typing import Any, NamedTuple

import tensorflow as tf

from toolkit.layers.recurrent.backpropagation.equations import StepEquations
from toolkit.layers.recurrent.backpropagation.through_time import Noise


class HState(NamedTuple):
    """The output `h`, `[batch, units]`, which is the memory, too."""

    h: tf.Tensor


class HCState(NamedTuple):
    """The output `h` and the memory `c`, each `[batch, units]`."""

    h: tf.Tensor
    c: tf.Tensor


class NoVectors(NamedTuple):
    """The weights in the loop of a cell that has none there."""


class Vectors(NamedTuple):
    """The weights in the loop of a cell.

    Attributes:
        recurrent_kernel: `[vectors * units]`, one after the other.
    """

    recurrent_kernel: tf.Tensor


class ElementwiseEquations(StepEquations):
    """The equations of a cell without a matrix product in its loop.

    They are those of `StepEquations` with z for an input, and vectors for weights. `run` and `run_back` work on whole sequences,
    batch-major, for XLA.

    Attributes:
        blocks: Number of blocks of `units` in z.
        vectors: Number of vectors of `units` in the weights.
        Weights: `Vectors`, or `NoVectors`.
    """

    blocks: int
    vectors: int = 0

    @property
    def Weights(self) -> type:
        """The type of the weights in the loop."""
        return Vectors if self.vectors else NoVectors

    @staticmethod
    def project(x: tf.Tensor, weights: Any) -> tf.Tensor:
        """Returns z, which is what comes in."""
        return x

    @abc.abstractmethod
    def run(self, z: tf.Tensor, state: Any, weights: Any, noise: Noise, time: tf.Tensor, *, all_outputs: bool, keep: bool) -> tuple:
        """Runs the steps.

        Args:
            z: `[batch, time, blocks * units]`.
            state: Initial state.
            weights: The vectors.
            noise: Mask and zoneout.
            time: Number of steps; what is behind them is padding.
            all_outputs: Whether the output of every step is asked for.
            keep: Whether the way back is likely.

        Returns:
            Outputs `[batch, time, units]` (`None` without `all_outputs`), the last state, and a list of tensors for `run_back`.
        """

    @abc.abstractmethod
    def run_back(
        self, kept: list, z: tf.Tensor, state: Any, weights: Any, noise: Noise, time: tf.Tensor, δ_outputs: tf.Tensor | None, δ_last: Any
    ) -> tuple[tf.Tensor, Any, Any]:
        """Carries the errors of the outputs, if these were asked for, and of the last state back over the steps.

        Args:
            kept: What `run` kept.
            z: As in `run`.
            state: Likewise.
            weights: Likewise.
            noise: Likewise.
            time: Likewise.
            δ_outputs: Errors of the outputs, `[batch, time, units]`.
            δ_last: Errors of the last state.

        Returns:
            The errors of z and of the initial state, and the gradients of the vectors.
        """


def summed(rows: tf.Tensor) -> tf.Tensor:
    """Returns the sum over batch and time, `[units]`, of `[batch, time, units]`: by a product, which XLA does faster."""
    rows = tf.reshape(rows, [-1, rows.shape[-1]])
    return tf.matmul(tf.ones([1, tf.shape(rows)[0]], rows.dtype), rows)[0]
