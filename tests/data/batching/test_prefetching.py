import tensorflow as tf

from toolkit.data.batching.prefetching import prefetched


def test_elements_stay_as_they_are_and_nothing_tunes_the_pipeline():
    batches = prefetched(tf.data.Dataset.range(20).map(lambda x: 2 * x, num_parallel_calls=2, deterministic=True))
    assert list(batches.as_numpy_iterator()) == list(range(0, 40, 2))
    assert batches.options().autotune.enabled is False
    assert batches.take(3).options().autotune.enabled is False  # and what is built on it inherits that
