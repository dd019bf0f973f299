"""How all pipelines of batches end."""

import tensorflow as tf

BATCHES_AHEAD = 8


def prefetched(batches: tf.data.Dataset) -> tf.data.Dataset:
    """Lets a pipeline make its batches while the model trains on those before.

    It is not tuned while it runs, as `tf.data` does unless told otherwise: the thread that tunes sleeps for up to a minute, and where it
    misses that the iterator has come to its end, the end of an epoch waits until it wakes.

    Args:
        batches: The pipeline.

    Returns:
        The same elements.
    """
    options = tf.data.Options()
    options.autotune.enabled = False
    return batches.prefetch(BATCHES_AHEAD).with_options(options)
