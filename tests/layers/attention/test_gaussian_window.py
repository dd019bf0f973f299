"""The grid of Gaussian filters, against plain NumPy and by what it has to do."""

import numpy as np
import pytest
import tensorflow as tf

from toolkit.layers.attention.gaussian_window import Window, filter_banks, read, window_of, write

SIZE, SIDE = 4, 9
PARAMETERS = np.random.default_rng(0).normal(0, 0.5, (3, 5))


def by_the_paper(parameters, size, side):
    """Equations 19 to 26 of Gregor et al. 2015 as they stand there: pixels and filters are counted from 1."""
    down, across, log_variance, log_stride, _ = parameters
    stride = (side - 1) / (size - 1) * np.exp(log_stride)
    banks = []
    for place in (down, across):
        centre = (side + 1) / 2 * (place + 1)
        bank = np.zeros((size, side))
        for i in range(1, size + 1):
            mean = centre + (i - size / 2 - 0.5) * stride
            for a in range(1, side + 1):
                bank[i - 1, a - 1] = np.exp(-((a - mean) ** 2) / (2 * np.exp(log_variance)))
        banks.append(bank / bank.sum(1, keepdims=True))
    return banks


def windows(parameters=PARAMETERS, size=SIZE, side=SIDE):
    return window_of(tf.constant(parameters), size, side)


def test_filters_are_those_of_the_paper():
    found = filter_banks(windows(), SIZE, SIDE)
    for row, parameters in enumerate(PARAMETERS):
        for bank, expected in zip(found, by_the_paper(parameters, SIZE, SIDE), strict=True):
            np.testing.assert_allclose(bank[row], expected, rtol=1e-10)


def test_reading_and_writing_are_products_with_the_filters():
    random = np.random.default_rng(1)
    images, patches = random.normal(size=(3, SIDE, SIDE)), random.normal(size=(3, SIZE, SIZE))
    banks = filter_banks(windows(), SIZE, SIDE)
    seen, written = read(tf.constant(images), banks), write(tf.constant(patches), banks)
    for row, parameters in enumerate(PARAMETERS):
        of_rows, of_columns = by_the_paper(parameters, SIZE, SIDE)
        np.testing.assert_allclose(seen[row], of_rows @ images[row] @ of_columns.T, rtol=1e-9)
        np.testing.assert_allclose(written[row], of_rows.T @ patches[row] @ of_columns, rtol=1e-9)


def test_zeros_cover_the_image():
    window = windows(np.zeros((1, 5)))
    np.testing.assert_allclose([part[0] for part in window], [4, 4, 8 / 3, 1, 1])
    first, last = (window.row + (i - (SIZE - 1) / 2) * window.stride for i in (0, SIZE - 1))
    assert (float(first[0]), float(last[0])) == (0, pytest.approx(SIDE - 1))
    np.testing.assert_allclose(window.geometry, [[4, 4, 8 / 3, 1]])


def test_the_edges_of_the_image_are_where_the_paper_has_them():
    """g̃ of 1 is one pixel beyond the last; -1 is one before the first."""
    assert [float(windows([[place, place, 0, 0, 0]]).column[0]) for place in (-1.0, 1.0)] == [-1, SIDE]


def test_a_sharp_window_reads_pixels_as_they_are_and_puts_them_back():
    one = tf.ones(1, tf.float64)
    window = Window(row=3 * one, column=5 * one, stride=one, variance=1e-4 * one, intensity=one)
    image = np.arange(SIDE * SIDE, dtype=float).reshape(1, SIDE, SIDE)
    banks = filter_banks(window, 3, SIDE)
    np.testing.assert_allclose(read(tf.constant(image), banks), image[:, 2:5, 4:7])
    expected = np.zeros_like(image)
    expected[:, 2:5, 4:7] = image[:, 2:5, 4:7]
    np.testing.assert_allclose(write(read(tf.constant(image), banks), banks), expected, atol=1e-12)


@pytest.mark.parametrize("size", [2, 5, SIDE])
def test_each_filter_sums_to_one_even_far_outside(size):
    parameters = tf.constant([[0.0] * 5, [50.0, -50.0, -5.0, 3.0, 0.0]])
    with tf.GradientTape() as tape:
        tape.watch(parameters)
        banks = filter_banks(window_of(parameters, size, SIDE), size, SIDE)
        total = tf.add_n([tf.reduce_sum(bank**2) for bank in banks])
    for bank in banks:
        np.testing.assert_allclose(tf.reduce_sum(bank, -1), np.ones((2, size)), rtol=1e-6)
    assert np.isfinite(tape.gradient(total, parameters)).all()


def test_the_gradient_moves_the_window_as_differences_say():
    """What is read through a window, by all five of its parameters."""
    images = tf.constant(np.random.default_rng(2).normal(size=(3, SIDE, SIDE)))

    def seen(parameters):
        window = window_of(parameters, SIZE, SIDE)
        patches = read(images, filter_banks(window, SIZE, SIDE))
        return tf.reduce_sum(tf.sin(window.intensity[:, tf.newaxis, tf.newaxis] * patches))

    parameters = tf.constant(PARAMETERS)
    with tf.GradientTape() as tape:
        tape.watch(parameters)
        value = seen(parameters)
    step = 1e-6
    numeric = np.zeros_like(PARAMETERS)
    for place in np.ndindex(PARAMETERS.shape):
        moved = [PARAMETERS.copy() for _ in range(2)]
        moved[0][place] += step
        moved[1][place] -= step
        numeric[place] = (seen(tf.constant(moved[0])) - seen(tf.constant(moved[1]))) / (2 * step)
    np.testing.assert_allclose(tape.gradient(value, parameters), numeric, rtol=1e-6, atol=1e-8)  # the error of a central difference
