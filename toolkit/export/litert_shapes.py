"""What makes a graph of fixed shapes run in LiteRT's `CompiledModel`, on phones and in browsers."""

import tensorflow as tf

HIGH = 2.0**30  # above what any output is


def fenced(outputs: dict[str, tf.Tensor], tokens: tf.Tensor) -> dict[str, tf.Tensor]:
    """Returns the same outputs, none of which is what a loop returns, a constant, or the same tensor as another one.

    `CompiledModel` gives each output a place of its own, does not write to it what a loop computes or what is constant, and has only one
    of two that are the same. So each goes through an operation of its own that changes no number, and that the converter does not take
    away, as its other side is known at run time only.

    Args:
        outputs: Tensors of float32 or int32 by name, of numbers below 2^29.
        tokens: Any token ids that the graph reads.
    """
    first = tf.cast(tf.reshape(tokens, [-1])[0], tf.float32)
    bounds = [HIGH - 2.0**20 * number - first for number in range(len(outputs))]
    parts = zip(outputs.items(), bounds, strict=True)
    return {name: tf.minimum(output, tf.cast(bound, output.dtype)) for (name, output), bound in parts}
