"""The gradient of a loop over a cell without written equations: automatic, and compiled by XLA."""

from collections.abc import Callable, Sequence

import keras
import tensorflow as tf


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

    def run(tensors, constants):
        @tf.custom_gradient
        def with_gradient(*arguments):
            # As for the written gradients: hide the inputs from eager tapes, which would record the inside, too.
            arguments = list(map(tf.stop_gradient, arguments))
            values, tensors = arguments[: len(variables)], arguments[len(variables) :]

            def gradient(*δ_results):
                return tf.nest.flatten(backward(values, tensors, constants, list(δ_results)))

            return tuple(forward(values, tensors, constants)), gradient

        return list(with_gradient(*map(tf.convert_to_tensor, (variable.value for variable in variables)), *tensors))

    return run
