"""A function whose gradient is written out, and the gradient of that gradient, which is automatic."""

from collections.abc import Callable, Sequence
from typing import Any

import tensorflow as tf
from tensorflow.python.eager import record

Tensors = Sequence[tf.Tensor]


def with_written_gradient(
    forward: Callable[[Tensors, Any], tuple[Tensors, Any]],
    backward: Callable[[Any, Tensors, Any, Tensors], Tensors],
    plain: Callable[[Tensors, Any], Tensors],
) -> Callable[[Tensors, Any], Tensors]:
    """Makes one function of three forms of it. Tapes of any order see through it, and so does forward mode.

        y = f(x)      δx = δy ∂f/∂x, as written      from there on: the derivatives of δy ∂f/∂x as TensorFlow makes it from `plain`

    So the first gradient is as fast as it is written. The second runs `plain` again and differentiates it twice; it need not be fast.
    In forward mode the derivative of y in a direction is the gradient, with respect to δy, of δx in that direction.

    Args:
        forward: `(x, constants) -> (y, kept)`, where `kept` is any structure of tensors.
        backward: `(kept, x, constants, δy) -> δx`.
        plain: `(x, constants) -> y`, of operations that TensorFlow differentiates, in a graph.

    Returns:
        `(x, constants) -> y`: lists of tensors, and of the constants any structure, which gets no gradient.
    """

    @tf.function(autograph=False)
    def second(x, constants, errors, direction):
        # Not by tapes: while forward mode is on, they record nothing.
        gradients = tf.gradients(plain(x, constants), x, errors, unconnected_gradients="zero")
        return tf.gradients(gradients, [*x, *errors], direction, unconnected_gradients="zero")

    def run(x, constants):
        return _node(forward, first, x, constants)

    def first(kept, x, constants, δy):
        number = len(x)
        return _node(
            lambda given, constants: (backward(kept, given[:number], constants, given[number:]), None),
            lambda _, given, constants, δδx: second(given[:number], constants, given[number:], list(δδx)),
            [*x, *δy],
            constants,
        )

    return run


def _node(function: Callable, gradient: Callable, x: Tensors, constants: Any) -> Tensors:
    """Runs `function`, and lets whatever differentiates see `gradient` instead of what it is made of."""
    # A gradient is often asked for in another graph. What is made an identity here is a tensor of this graph, which the next one can reach.
    x, given = ([tf.identity(part) for part in parts] for parts in (x, filter(tf.is_tensor, tf.nest.flatten(constants))))

    def whole(given):
        given = iter(given)
        return tf.nest.map_structure(lambda part: next(given) if tf.is_tensor(part) else part, constants)

    def δ_all(kept, x, given, δy):
        return [*gradient(kept, x, whole(given), δy), *[None] * len(given)]

    @tf.custom_gradient
    def in_graph(*tensors):
        nonlocal kept
        x, given = list(tensors[:number]), tensors[number:]
        y, kept = function(x, whole(given))
        return y, lambda *δy: δ_all(kept, x, given, δy)

    kept, number = None, len(x)
    # TensorFlow's own tapes and accumulators of forward mode would look inside, where nothing has a derivative, and there is no public way
    # to keep the latter from it. The gradient that `tf.custom_gradient` leaves in a graph is for those who differentiate the graph later.
    with record.stop_recording():
        y = in_graph(*x, *given)
    record.record_operation("written_gradient", tf.nest.flatten(y), [*x, *given], lambda *δy: δ_all(kept, x, given, δy))
    return y
