"""The gradient of a loop over a cell without written equations: automatic, and compiled by XLA."""

import functools
from collections.abc import Callable, Sequence

import keras
import tensorflow as tf

from toolkit.layers.recurrent.backpropagation.written_gradient import with_written_gradient


def compiled_with_gradient(function: Callable, plain: Callable, variables: Sequence[keras.Variable]) -> Callable:
    """Returns a function compiled by XLA, and its gradient, compiled too.

    What a loop keeps for its gradient may not leave the compiled function that it runs in. So the way back runs the way forward again:
    about a third more work than with a written gradient, and nothing kept between the two.

    Args:
        function: `(tensors, constants) -> list of tensors`; it reads `variables` besides.
        plain: The same, for TensorFlow to differentiate twice.
        variables: All variables that get a gradient.

    Returns:
        A function of the same arguments; the gradient is with respect to `tensors`, a flat list, and to the variables.
    """

    def with_values(function, arguments, constants):
        values, tensors = arguments[:number], list(arguments[number:])
        with keras.StatelessScope(state_mapping=list(zip(variables, values, strict=True))):
            return function(tensors, constants)

    @tf.function(jit_compile=True, autograph=False)
    def forward(arguments, constants):
        return with_values(function, arguments, constants)

    @tf.function(jit_compile=True, autograph=False)
    def backward(arguments, constants, errors):
        # Not by a tape: none records here, nor anywhere while forward mode is on.
        gradients = tf.gradients(with_values(function, arguments, constants), arguments, errors, unconnected_gradients="zero")
        return list(map(tf.convert_to_tensor, gradients))

    number = len(variables)
    differentiable = with_written_gradient(
        lambda arguments, constants: (forward(arguments, constants), None),
        lambda _, arguments, constants, errors: backward(arguments, constants, list(errors)),
        functools.partial(with_values, plain),
    )

    def run(tensors, constants):
        values = map(tf.convert_to_tensor, (variable.value for variable in variables))
        return list(differentiable([*values, *tensors], constants))

    return run
