"""Images on canvases."""

import numpy as np
import pytest
import tensorflow as tf

from toolkit.data.batching.batch_plan import BatchPlan
from toolkit.tasks.glimpses.batches import CanvasBatches
from toolkit.tasks.glimpses.placing import Placing

PIXELS = np.random.default_rng(0).integers(1, 256, (7, 6, 6, 1), np.uint8)


def ink(canvas):
    """Returns where an image is on a canvas: its first row and column, and its height and width."""
    rows, columns = np.nonzero(canvas[..., 0])
    return rows.min(), columns.min(), np.ptp(rows) + 1, np.ptp(columns) + 1


def test_nothing_to_do_leaves_the_image():
    canvases, shown = Placing(6).all_placed(PIXELS, 0)
    np.testing.assert_array_equal(canvases, PIXELS)
    np.testing.assert_array_equal(shown[:, 0], range(7))


def test_images_are_moved_by_whole_pixels_and_not_changed():
    canvases, _ = Placing(20, shift=7).all_placed(PIXELS, 0)
    found = [ink(canvas) for canvas in canvases]
    for image, canvas, (row, column, height, width) in zip(PIXELS, canvases, found, strict=True):
        assert (height, width) == (6, 6)
        assert 0 <= row <= 14
        assert 0 <= column <= 14
        np.testing.assert_array_equal(canvas[row : row + 6, column : column + 6], image)
    assert len({place[:2] for place in found}) > 3


def test_images_are_larger_and_smaller():
    canvases, _ = Placing(30, scale=50).all_placed(PIXELS, 0)
    heights, widths = np.array([ink(canvas)[2:] for canvas in canvases]).T
    assert np.ptp(heights) > 2
    assert np.abs(heights - widths).max() <= 1
    assert all(3 <= height <= 11 for height in heights)
    heights, widths = np.array([ink(canvas)[2:] for canvas in Placing(30, stretch=50).all_placed(PIXELS, 0)[0]]).T
    assert np.abs(heights - widths).max() > 1


def test_objects_stand_side_by_side():
    canvases, shown = Placing(18, objects=3).all_placed(PIXELS, 0)
    assert shown.shape == (7, 3)
    np.testing.assert_array_equal(shown[:, 0], range(7))
    for canvas, numbers in zip(canvases, shown, strict=True):
        np.testing.assert_array_equal(canvas[6:12], np.concatenate(PIXELS[numbers], axis=1))
        assert not canvas[:6].any()


def test_clutter_is_pieces_of_other_images():
    placing = Placing(30, clutter=2, clutter_size=2)
    canvases, _ = placing.all_placed(PIXELS, 0)
    more = canvases.astype(int) - Placing(30).all_placed(PIXELS, 0)[0]
    assert more.min() >= 0
    assert 1 <= np.count_nonzero(more[0]) <= 8
    row, column = np.argwhere(more[0, ..., 0])[0]
    piece = canvases[0, row : row + 2, column : column + 2]
    windows = np.lib.stride_tricks.sliding_window_view(PIXELS, (2, 2), axis=(1, 2))[:, :, :, 0].reshape(-1, 2, 2)
    assert any(np.array_equal(piece[..., 0], window) for window in windows)


def batches(placing, shuffle=True, rows=4):
    plan = BatchPlan([1] * 7, [1], rows_per_batch=rows, seed=3, shuffle=shuffle)
    return CanvasBatches(PIXELS, np.arange(7), placing, plan)


def read(some, epoch, **options):
    return [tf.nest.map_structure(lambda part: part.numpy(), batch) for batch in some.batches(epoch, **options)]


def test_an_epoch_has_each_image_once_and_another_place_in_the_next():
    some = batches(Placing(12, shift=3))
    first, second = read(some, 0), read(some, 1)
    labels = np.concatenate([labels[weights > 0, 0] for _, labels, weights in first])
    assert sorted(labels) == [*range(7)]
    assert first[0][0].shape == (4, 12, 12, 1)
    places = [
        {int(label[0]): ink(image) for images, labels, _ in epoch for image, label in zip(images, labels, strict=True)}
        for epoch in (first, second)
    ]
    assert places[0] != places[1]


def test_batches_are_a_function_of_their_epoch_and_position():
    placing = Placing(12, objects=2, shift=3, scale=10, clutter=1, clutter_size=2, stretch=5)
    whole, rest = read(batches(placing), 5), read(batches(placing), 5, start=1)
    for part, other in zip(tf.nest.flatten(whole[1:]), tf.nest.flatten(rest), strict=True):
        np.testing.assert_array_equal(part, other)
    halves = [read(batches(placing), 5, replica=replica, replicas=2) for replica in range(2)]
    np.testing.assert_array_equal(whole[0][1][0::2], halves[0][0][1])
    np.testing.assert_allclose(whole[0][0][1::2], halves[1][0][0], atol=1e-4)  # sums of other products at once


@pytest.mark.parametrize("objects", [1, 2])
def test_without_shuffling_all_epochs_are_what_is_measured(objects):
    placing = Placing(14, objects=objects, shift=1, clutter=1, clutter_size=2)
    some = batches(placing, shuffle=False, rows=7)
    [(images, labels, _)] = read(some, 0)
    canvases, shown = placing.all_placed(PIXELS, 3)
    np.testing.assert_allclose(images, canvases, atol=1e-3)  # which are whole numbers
    np.testing.assert_array_equal(labels, shown)
    np.testing.assert_array_equal(images, read(some, 4)[0][0])
