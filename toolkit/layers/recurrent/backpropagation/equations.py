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


class Errors(NamedTuple):
    """The errors of a step that the weights' gradients are made of: `δz`, `[batch, gates * units]`."""

    z: tf.Tensor


class StepEquations(abc.ABC):
    """The equations of one cell forward, for one step of a batch.

    Every cell has the same frame, `z_t = W x_t + b`, and is free in what it makes of `z_t` and of the state before. In a step,
    `recurrent_h` is the output before as the matrix products see it: `h_{t-1}`, or `m ⊙ h_{t-1}` with recurrent dropout. States and what is
    kept are named tuples of tensors `[batch, ...]`; the first part of a state is the output, `h`.

    Attributes:
        State: Type of the state.
        Weights: Type of the weights.
    """

    State: type
    Weights: type = Weights

    def with_memory(self, memory: tf.Tensor | None) -> "StepEquations":
        """Returns the equations of a cell that reads a memory, `[batch, positions, size]`; most do not."""
        return self

    @staticmethod
    def project(x: tf.Tensor, weights: Any) -> tf.Tensor:
        """Returns `z = W x + b` of one step, or of all steps at once."""
        return tf.matmul(x, weights.kernel) + weights.bias

    @abc.abstractmethod
    def step(self, z: tf.Tensor, recurrent_h: tf.Tensor, state: Any, weights: Any) -> tuple[Any, Any]:
        """Returns the state after a step, and what the way back needs of it."""

    def gates(self, kept: Any) -> dict[str, tf.Tensor]:
        """Returns how far the gates of a step were open, between 0 and 1, by name; `{}` for a cell without gates.

        Args:
            kept: What `step` kept.
        """
        return {}

    def keeps(self, gates: dict[str, tf.Tensor]) -> tf.Tensor | None:
        """Returns the share of its memory that a step keeps, from how far its gates are open; `None` for a cell that has no say in it."""
        return gates.get("f")


class Equations(StepEquations):
    """The equations of one cell, forward and backward, for one step of a batch.

    `δ` is the derivative of the loss. Errors are named tuples of tensors `[batch, ...]`, as states are.

    Attributes:
        Kept: Type of what `step` keeps for `step_back`.
        Errors: Type of the errors that `step_back` returns; it has a part or a property `z`.
        Weights: Type of the weights; it has at least a `kernel` and a `bias`.
    """

    Kept: type
    Errors: type = Errors

    @abc.abstractmethod
    def step_back(self, δ_state: Any, recurrent_h: tf.Tensor, state: Any, kept: Any, transposed: Any) -> tuple[Any, tf.Tensor, Any]:
        """Carries the errors back over one step.

        Args:
            δ_state: Errors of the state after the step.
            recurrent_h: Output before the step, as the matrix products saw it.
            state: State before the step.
            kept: What `step` kept.
            transposed: The weights, every matrix transposed.

        Returns:
            The step's `Errors`, `δrecurrent_h`, and the errors of the state before, without what reaches it through `recurrent_h`.
        """

    def weight_gradients(self, x: tf.Tensor, recurrent_h: tf.Tensor, state: Any, kept: Any, errors: Any) -> Any:
        """Returns the gradients of the weights, each one sum over all steps; all arguments are `[steps * batch, ...]`."""
        return Weights(self.kernel_gradient(x, errors), *self.recurrent_gradients(recurrent_h, kept, errors))

    def kernel_gradient(self, x: tf.Tensor, errors: Any) -> tf.Tensor:
        """Returns the gradient of `W`, or of any kernel whose product with `x` is added to `z`; `x` is `[steps * batch, features]`."""
        return tf.matmul(x, errors.z, transpose_a=True)

    def recurrent_gradients(self, recurrent_h: tf.Tensor, kept: Any, errors: Any) -> tuple[tf.Tensor, tf.Tensor, tf.Tensor]:
        """Returns the gradients of `U`, `b` and `b'`, each one sum over all steps; all arguments are `[steps * batch, ...]`."""
        δ_bias = tf.reduce_sum(errors.z, 0)
        return tf.matmul(recurrent_h, errors.z, transpose_a=True), δ_bias, tf.zeros_like(δ_bias)

    def memory_gradient(self, kept: Any, errors: Any) -> tf.Tensor | None:
        """Returns the gradient of the memory, one sum over all steps; `None` without one. The arguments are `[time, batch, ...]`."""
        return None
