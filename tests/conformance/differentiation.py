"""Derivatives of any order of a layer, by whatever takes them, and the same without any gradient of ours."""

import contextlib

import keras
import tensorflow as tf

from toolkit.layers.recurrent import truncated
from toolkit.layers.recurrent.time_loop import backend


@contextlib.contextmanager
def plainly(monkeypatch):
    """Runs layers as TensorFlow's own loops, the derivatives of which are TensorFlow's own; truncated ones still cut what they cut."""
    with backend("graph"), monkeypatch.context() as patch:
        patch.setattr(truncated, "current_backend", lambda: "compiled")
        yield


def build(example):
    """A layer in double precision, its inputs, and what there is to differentiate by: its weights, and the inputs if these are no ids."""
    make, inputs = example
    keras.config.set_dtype_policy("float64")
    try:
        keras.utils.set_random_seed(0)
        layer = make()
        inputs = tf.cast(inputs, "float64") if inputs.dtype.kind == "f" else tf.constant(inputs)
        layer(inputs)
    finally:
        keras.config.set_dtype_policy("float32")
    weights = [variable.value for variable in layer.trainable_variables]
    return layer, inputs, weights + ([inputs] if inputs.dtype.is_floating else [])


def objective(results):
    """A number in which every derivative of every result counts differently."""
    numbers = [tf.cast(result, "float64") for result in tf.nest.flatten(results)]
    return tf.add_n([tf.reduce_sum(tf.sin(number * (i + 1.5))) for i, number in enumerate(numbers)])


def gradient(function, targets):
    with tf.GradientTape() as tape:
        tape.watch(targets)
        value = objective(function())
    return list(map(tf.convert_to_tensor, tape.gradient(value, targets, unconnected_gradients="zero")))


def repeated_gradient(function, targets, order):
    """The gradient of (a number made of) the gradient … of (a number made of) the results."""
    return gradient(function, targets) if order == 1 else gradient(lambda: repeated_gradient(function, targets, order - 1), targets)


def directional(function, targets):
    """The derivative of the objective in one direction, in forward mode."""
    with tf.autodiff.ForwardAccumulator(targets, [tf.fill(target.shape, tf.cast(0.5, target.dtype)) for target in targets]) as accumulator:
        value = objective(function())
    return [accumulator.jvp(value, unconnected_gradients="zero")]


def jacobian_of_gradient(function, inputs, pfor):
    with tf.GradientTape(persistent=True) as tape:
        tape.watch(inputs)
        found = gradient(function, [inputs])[0]
    return [tape.jacobian(found, inputs, experimental_use_pfor=pfor)]


def jacobian(function, inputs, pfor):
    with tf.GradientTape(persistent=True) as tape:
        tape.watch(inputs)
        results = tf.nest.flatten(function())[0]
    return [tape.jacobian(results, inputs, experimental_use_pfor=pfor)]
