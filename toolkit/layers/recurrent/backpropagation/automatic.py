"""The gradient of a loop over a cell without written equations: automatic, and compiled by XLA."""

from collections.abc import Callable, Sequence

import keras
import tensorflow as tf

from toolkit.layers.recurrent.backpropagation.written_gradient import with_written_gradient


def compiled_with_gradient(function: Callable, variables: Sequence[keras.Variable]) -> Callable:
    """Returns a function compiled by XLA, and its gradient, compiled too.

    What a loop keeps for its gradient may not leave the compiled function that it runs in. So the way back runs the way forward again:
    about a third more work than with a written gradient, and nothing kept between the two.

    Args:
        function: `(tensors, constants) -> list of tensors`; it reads `variables` besides.
        variables: All variables that get a gradient.

    Returns:
        A function of the same arguments; the gradient is with respect to `tensors`, a flat list, and to the variables.
    """

    def with_values(values, tensors, constants):
        with keras.StatelessScope(state_mapping=list(zip(variables, values, strict=True))):
            return function(tensors, constants)

    @tf.function(jit_compile=True, autograph=False)
    def forward(values, tensors, constants):
        return with_values(values, tensors, constants)

    @tf.function(jit_compile=True, autograph=False)
    def backward(values, tensors, constants, errors):
        with tf.GradientTape() as tape:
            tape.watch([values, tensors])
            results = with_values(values, tensors, constants)
        return tape.gradient(results, [values, tensors], errors, unconnected_gradients="zero")

    plain = tf.function(with_values, autograph=False)

    def run(tensors, constants):
        def apart(function):
            return lambda *arguments: tuple(function(arguments[:number], list(arguments[number:]), constants))

        def gradient(_, arguments, errors):
            return tf.nest.flatten(backward(arguments[:number], list(arguments[number:]), constants, list(errors)))

        number = len(variables)
        with_gradient = with_written_gradient(lambda *arguments: (apart(forward)(*arguments), None), gradient, apart(plain))
        return list(with_gradient(*map(tf.convert_to_tensor, (variable.value for variable in variables)), *tensors))

    return run
