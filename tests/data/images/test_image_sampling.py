"""Images at other places and in other sizes."""

import numpy as np
import pytest
import tensorflow as tf

from toolkit.data.images.sampling import area_weights, sample

IMAGES = np.random.default_rng(0).uniform(0, 1, (2, 6, 8, 3)).astype(np.float32)


def at(row, column):
    return tf.constant([[row, column]] * 2, tf.float32)


def test_cells_of_a_pixel_are_the_image():
    np.testing.assert_array_equal(sample(IMAGES, at(2.5, 2.5), 1.0, 6), IMAGES[:, :, :6])
    np.testing.assert_array_equal(sample(IMAGES, at(1, 6), 1.0, 3), IMAGES[:, 0:3, 5:8])


def test_outside_is_zero():
    seen = sample(IMAGES, at(0, 7), 1.0, 3).numpy()
    np.testing.assert_array_equal(seen[:, 1:, :2], IMAGES[:, 0:2, 6:8])
    assert not seen[:, 0].any()
    assert not seen[:, :, 2].any()


def test_larger_cells_are_means_of_what_they_cover():
    expected = IMAGES[:, :, :6].reshape(2, 3, 2, 3, 2, 3).mean((2, 4))
    np.testing.assert_allclose(sample(IMAGES, at(2.5, 2.5), 2.0, 3), expected, rtol=1e-6)  # single precision
    some = sample(IMAGES, at(2.5, 3.5), tf.constant([[3.0, 4.0], [3.0, 4.0]]), 2)
    np.testing.assert_allclose(some, IMAGES.reshape(2, 2, 3, 2, 4, 3).mean((2, 4)), rtol=1e-6)


def test_between_pixels_and_in_smaller_cells_is_interpolated():
    seen = sample(IMAGES, at(1.25, 2), 1.0, 1)[:, 0, 0]
    np.testing.assert_allclose(seen, 0.75 * IMAGES[:, 1, 2] + 0.25 * IMAGES[:, 2, 2], rtol=1e-6)
    weights = area_weights(tf.constant([2.0]), 0.5, 3, 6)[0]
    np.testing.assert_allclose(weights, [[0, 0.5, 0.5, 0, 0, 0], [0, 0, 1, 0, 0, 0], [0, 0, 0.5, 0.5, 0, 0]])


@pytest.mark.parametrize("cell", [0.7, 1.0, 2.5, 4.0])
def test_a_cell_inside_of_the_image_counts_one(cell):
    np.testing.assert_allclose(tf.reduce_sum(area_weights(tf.constant([9.3, 10.0]), cell, 3, 20), -1), 1, rtol=1e-5)
