"""From lists of token ids of many lengths to one tensor, inside of a graph."""

import tensorflow as tf


def crop(tokens: tf.RaggedTensor, max_length: int) -> tf.RaggedTensor:
    """Drops the middle of texts that are too long, as `toolkit.data.batching.crop.crop` does outside of the graph."""
    head = max_length // 2
    position = tf.ragged.range(tokens.row_lengths())
    from_end = tf.cast(tf.expand_dims(tokens.row_lengths(), 1), position.dtype) - position
    return tf.ragged.boolean_mask(tokens, tf.logical_or(position < head, from_end <= max_length - head))


def pad(tokens: tf.RaggedTensor) -> tf.Tensor:
    """Returns `[batch, longest]`, 0 after the end of a text, at least one step long: a batch of empty texts has none of its own."""
    longest = tf.reduce_max(tf.concat([tokens.row_lengths(), [1]], axis=0))
    return tokens.to_tensor(shape=tf.stack([-1, longest]))
