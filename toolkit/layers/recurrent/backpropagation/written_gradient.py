"""A function with a gradient that is written out, whose own gradient is automatic."""

from collections.abc import Callable, Sequence
from typing import Any

import tensorflow as tf

Tensors = Sequence[tf.Tensor]


def with_written_gradient(
    forward: Callable[..., tuple[Tensors, Any]], backward: Callable[[Any, Tensors, Tensors], Tensors], plain: Callable[..., Tensors]
) -> Callable[..., Tensors]:
    """Puts three forms of one function together, into one that a tape of any order, or an accumulator of forward mode, sees through.

        y = f(x)      δx = δy ∂f/∂x, as written      all further derivatives: those of δy ∂f/∂x as TensorFlow makes it from `plain`

    The first derivative is as fast as it is written. The second runs `plain` and differentiates it twice; it is for penalties on gradients
    and the like, and need not be fast. Forward mode is the derivative of δx with respect to δy, so it comes from `plain`, too.

    Args:
        forward: `(*x) -> (y, kept)`, two lists of tensors, the second of any structure.
        backward: `(kept, x, δy) -> δx`.
        plain: `(*x) -> y`, of operations that TensorFlow differentiates.

    Returns:
        `(*x) -> y`.
    """

    @tf.custom_gradient
    def run(*x):
        # Eager tapes record inside a custom gradient, too, and would differentiate what has no derivative: hide the inputs from them.
        y, kept = forward(*map(tf.stop_gradient, x))
        return y, lambda *δy: _gradient(backward, plain, kept, x, δy)

    return run


def _gradient(backward, plain, kept, x: Tensors, δy: Tensors) -> Tensors:
    @tf.custom_gradient
    def gradient(*given):
        x, δy = (tuple(map(tf.stop_gradient, part)) for part in (given[:number], given[number:]))
        return backward(kept, x, δy), lambda *δδx: _second_gradient(plain, given[:number], given[number:], δδx)

    number = len(x)
    return gradient(*x, *δy)


def _second_gradient(plain, x: Tensors, δy: Tensors, δδx: Tensors) -> Tensors:
    """Returns the errors of x and of δy, given those of δx."""
    with tf.GradientTape() as outer:
        outer.watch([x, δy])
        with tf.GradientTape() as inner:
            inner.watch(x)
            y = plain(*x)
        δx = inner.gradient(y, x, δy, unconnected_gradients="zero")
    return tf.nest.flatten(outer.gradient(δx, [x, δy], δδx, unconnected_gradients="zero"))
