"""What the backpropagation through time asks of a cell."""

import abc
from typing import Any, NamedTuple

import tensorflow as tf


class Weights(NamedTuple):
    """A cell's weights, as tensors. A bias that a cell does without is zero.

    Attributes:
        kernel: `W`, `[features, gates * units]`.
        recurrent_kernel: `U`, `[units, gates * units]`.
        bias: `b`, `[gates * units]`, added to `W x`.
        recurrent_bias: `b'`, `[gates * units]`, added to `U h`; only the GRU with `reset_after` has one.
    """

    kernel: tf.Tensor
    recurrent_kernel: tf.Tensor
    bias: tf.Tensor
    recurrent_bias: tf.Tensor


class Equations(abc.ABC):
    """The equations of one cell, forward and backward, for one step of a batch.

    Every cell has the same frame, `z_t = W x_t + b`, and is free in what it makes of `z_t` and of the state before. `δ` is the derivative
    of the loss. In a step, `recurrent_h` is the output before as the matrix products see it: `h_{t-1}`, or `m ⊙ h_{t-1}` with recurrent
    dropout.
    States and what is kept are named tuples of tensors `[batch, ...]`; the first part of a state is the output, `h`.

    Attributes:
        State: Type of the state.
        Kept: Type of what `step` keeps for `step_back`.
    """

    State: type
    Kept: type

    @staticmethod
    def project(x: tf.Tensor, weights: Weights) -> tf.Tensor:
        """Returns `z = W x + b` of one step, or of all steps at once."""
        return tf.matmul(x, weights.kernel) + weights.bias

    @abc.abstractmethod
    def step(self, z: tf.Tensor, recurrent_h: tf.Tensor, state: Any, weights: Weights) -> tuple[Any, Any]:
        """Returns the state after a step, and what the way back needs of it."""

    @abc.abstractmethod
    def step_back(
        self, δ_state: Any, recurrent_h: tf.Tensor, state: Any, kept: Any, transposed: Weights
    ) -> tuple[tf.Tensor, tf.Tensor, Any]:
        """Carries the errors back over one step.

        Args:
            δ_state: Errors of the state after the step.
            recurrent_h: Output before the step, as the matrix products saw it.
            state: State before the step.
            kept: What `step` kept.
            transposed: The weights, with both kernels transposed.

        Returns:
            `δz`, `δrecurrent_h`, and the errors of the state before, without what reaches it through `recurrent_h`.
        """

    def recurrent_gradient(self, recurrent_h: tf.Tensor, kept: Any, δz: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
        """Returns the gradients of `U` and of the recurrent bias: one sum over all steps.

        Args:
            recurrent_h: Outputs before each step, `[steps * batch, units]`.
            kept: What `step` kept of each, `[steps * batch, ...]`.
            δz: Errors of each `z`, `[steps * batch, gates * units]`.
        """
        return tf.matmul(recurrent_h, δz, transpose_a=True), tf.zeros([δz.shape[-1]], δz.dtype)
