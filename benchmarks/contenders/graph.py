"""What the contenders on TensorFlow have in common."""

from collections.abc import Callable
from typing import NamedTuple

import keras
import tensorflow as tf

from benchmarks.contenders import Steps
from benchmarks.contenders.rows import Problem, Row


class Network(NamedTuple):
    """Built layers, and `call(inputs, mask, training) -> outputs` that runs them."""

    layers: list[keras.Layer]
    call: Callable


def start(threads: int) -> None:
    """Sets the threads of one operation and starts them and XLA; the number of operations at once is left to TensorFlow."""
    tf.config.threading.set_intra_op_parallelism_threads(threads)

    @tf.function(jit_compile=True)
    def loop(matrix):
        with tf.GradientTape() as tape:
            tape.watch(matrix)
            _, last = tf.while_loop(lambda i, _: i < 3, lambda i, x: (i + 1, tf.tanh(x @ matrix)), (0, matrix), maximum_iterations=3)
        return tape.gradient(last, matrix)

    loop(tf.ones([256, 256]))


def layer_network(row: Row, *, lstm: Callable, gru: Callable, bidirectional: Callable) -> Network:
    """Makes the layers of a row that is no decoder.

    Args:
        row: The row.
        lstm: Class of the LSTM layer.
        gru: Class of the GRU layer.
        bidirectional: Class of the wrapper.
    """
    if row.kind == "bidirectional":
        layers = [bidirectional(lstm(row.units, return_sequences=all_steps)) for all_steps in (True, False)]
    elif row.kind == "gru":
        layers = [gru(row.units, return_sequences=True)]
    else:
        layers = [lstm(row.units)]
    features = row.features
    for layer in layers:
        layer.build((row.batch, None, features))
        features = 2 * row.units

    def call(inputs, mask, training):
        (outputs,) = inputs
        for layer in layers:
            outputs = layer(outputs, mask=mask, training=training)
        return outputs

    return Network(layers, call)


def network_steps(network: Network, problem: Problem, jit: bool) -> Steps:
    """Gives a network its weights, if the problem has some, and compiles its two steps, as one XLA program if `jit`."""
    if problem.weights:
        for layer, weights in zip(network.layers, problem.weights, strict=True):
            layer.set_weights(weights)
    inputs = [tf.constant(array) for array in problem.inputs]
    mask = None if problem.mask is None else tf.constant(problem.mask)
    variables = [variable.value for layer in network.layers for variable in layer.trainable_variables]

    @tf.function(jit_compile=jit or None)
    def forward(inputs, mask):
        return network.call(inputs, mask, False)

    @tf.function(jit_compile=jit or None)
    def training(inputs, mask):
        with tf.GradientTape() as tape:
            tape.watch(inputs)
            loss = tf.reduce_sum(tf.square(network.call(inputs, mask, True)))  # `** 2` would be a power on the way back
        return tape.gradient(loss, [*inputs, *variables])

    return Steps(lambda: forward(inputs, mask), lambda: training(inputs, mask))
