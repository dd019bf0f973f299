"""Images in black and white, drawn anew in each epoch of training and once for all others."""

import numpy as np

from toolkit.data.batching.batch_plan import BatchPlan
from toolkit.data.images.image_corpus import ImageSplit
from toolkit.tasks.drawing.batches import DrawingBatches, binarized
from toolkit.tasks.drawing.pictures import held_out
from toolkit.tasks.drawing.settings import DrawingSettings

PIXELS = np.repeat(np.array([0, 51, 204, 255], np.uint8), 25).reshape(4, 5, 5, 1)


def batches(shuffle=True, binarize=True, rows=3):
    return DrawingBatches(PIXELS, BatchPlan([1] * 4, [1], rows_per_batch=rows, seed=7, shuffle=shuffle), binarize)


def read(source, epoch, start=0):
    return [({name: part.numpy() for name, part in inputs.items()}, labels.numpy(), weights.numpy())
            for inputs, labels, weights in source.batches(epoch, start)]  # fmt: skip


def test_a_shade_is_the_probability_of_white():
    many = np.full((40, 25, 25, 1), 51, np.uint8)
    drawn = binarized(many, seed=0)
    assert {*np.unique(drawn)} == {0, 255}
    deviation = (0.2 * 0.8 / drawn.size) ** 0.5
    assert abs((drawn == 255).mean() - 0.2) < 5 * deviation
    np.testing.assert_array_equal(binarized(PIXELS[[0, 3]], seed=0), PIXELS[[0, 3]])


def test_each_epoch_of_training_draws_anew_and_the_same_when_it_is_resumed():
    source = batches()
    first, second = read(source, 0), read(source, 1)
    assert {*np.unique(first[0][0]["images"])} == {0, 255}
    np.testing.assert_array_equal(first[0][1], first[0][0]["images"][..., 0] / 255)
    assert len({tuple(inputs["seed"]) for inputs, _, _ in first + second}) == 4
    assert any(not np.array_equal(one[1], other[1]) for one, other in zip(first, second, strict=True))
    for one, other in zip(read(source, 1, start=1), second[1:], strict=True):
        np.testing.assert_array_equal(one[0]["images"], other[0]["images"])
        np.testing.assert_array_equal(one[0]["seed"], other[0]["seed"])
    assert [weights.sum() for _, _, weights in first] in ([3, 1], [1, 3])


def test_what_is_not_trained_on_is_the_same_in_each_epoch():
    source = batches(shuffle=False, binarize=False)
    for one, other in zip(read(source, 0), read(source, 5), strict=True):
        np.testing.assert_array_equal(one[0]["images"], other[0]["images"])
        np.testing.assert_array_equal(one[0]["seed"], other[0]["seed"])


def test_held_out_images_are_drawn_once_or_keep_their_shades():
    images = ImageSplit(PIXELS, [""] * 4, list("abcd"))
    drawn = held_out(images, DrawingSettings(seed=3))
    np.testing.assert_array_equal(drawn, held_out(images, DrawingSettings(seed=3)))
    assert {*np.unique(drawn)} == {0, 255}
    np.testing.assert_array_equal(held_out(images, DrawingSettings(binarize=False)), PIXELS)
