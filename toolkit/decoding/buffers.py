"""Buffers that a loop fills position by position, `[rows, length, ...]`.

LiteRT has no `TensorArray` of dynamic rows and no scatter into a tensor, and XLA's slice update is not in every server: so a position is
written by selection, which all of them have. It costs a pass over the buffer, which is small beside a step's matrix products.
"""

import tensorflow as tf


def write(buffer: tf.Tensor, t: tf.Tensor, values: tf.Tensor) -> tf.Tensor:
    """Returns the buffer with `values` at position `t` of every row.

    Args:
        buffer: `[rows, length, ...]`.
        t: Position, a scalar.
        values: `[rows, ...]`.
    """
    here = tf.equal(tf.range(tf.shape(buffer)[1]), t)
    here = tf.reshape(here, [1, -1] + [1] * (len(buffer.shape) - 2))
    return tf.where(here, tf.expand_dims(values, 1), buffer)


def ended(buffer: tf.Tensor, lengths: tf.Tensor) -> tf.Tensor:
    """Returns the buffer with zeros after the end of each row.

    Args:
        buffer: `[rows, length, ...]`.
        lengths: `[rows]`.
    """
    inside = tf.expand_dims(tf.range(tf.shape(buffer)[1]), 0) < tf.expand_dims(lengths, 1)
    for _ in range(len(buffer.shape) - 2):
        inside = tf.expand_dims(inside, -1)
    return tf.where(inside, buffer, tf.zeros([], buffer.dtype))


def cut(buffer: tf.Tensor, lengths: tf.Tensor) -> tf.Tensor:
    """Returns the buffer up to the end of the longest row, with zeros after the end of each.

    Args:
        buffer: `[rows, length, ...]`.
        lengths: `[rows]`.
    """
    longest = tf.reduce_max(tf.concat([lengths, [0]], 0))  # 0 if there are no rows
    return ended(buffer[:, :longest], lengths)
