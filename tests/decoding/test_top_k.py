import numpy as np
import pytest
import tensorflow as tf

from toolkit.decoding.top_k import GROUP, top_k


@pytest.mark.parametrize("size", [7, 40 * GROUP, 40 * GROUP + 1, 41 * GROUP - 1])
@pytest.mark.parametrize("count", [1, 5])
def test_it_is_the_top_k_of_tensorflow(size, count):
    random = np.random.default_rng(size)
    rows = np.stack(
        [
            random.normal(size=size),
            random.integers(0, 3, size),  # with many equal values
            np.where(np.arange(size) < size - 2, -np.inf, 1.0),  # fewer than there should be
            np.full(size, -np.inf),
        ]
    ).astype("float32")
    expected = tf.math.top_k(rows, count)
    for found, wanted in zip(top_k(tf.constant(rows), count), expected, strict=True):
        np.testing.assert_array_equal(found, wanted)
