"""How good labels of images are, and pictures of the paths of glimpses."""

import numpy as np
import pytest
from PIL import Image

from toolkit.tasks.glimpses.measures import GlimpseResult, evaluate_labels
from toolkit.tasks.glimpses.plots import glimpse_paths
from toolkit.tasks.glimpses.predictor import Looked


def test_labels_are_counted_one_by_one_and_image_by_image():
    result = evaluate_labels([["a", "b"], ["b", "b"], ["a", "a"]], [("a", "b"), ("b", "a"), ("b", "b")], ["a", "b"])
    assert (result.images, result.accuracy, result.all_right) == (3, 0.5, pytest.approx(1 / 3))
    assert result.confusion == [[1, 2], [1, 2]]
    assert GlimpseResult.from_dict(result.as_dict()) == result
    assert "error  50.00% of 6 labels of 3 images" in str(result)
    assert "66.67% of the images have a wrong label" in str(result)


def test_one_label_for_each_image_is_told_in_a_line():
    result = evaluate_labels([["a"]] * 4, [("a",), ("a",), ("a",), ("b",)], ["a", "b"])
    assert str(result).startswith("error  25.00% of 4 images; 95 % interval ")
    assert "\n" not in str(result)


@pytest.mark.parametrize(("truths", "given"), [([], []), ([["a"]], [("a", "b")]), ([["a"]], [])])
def test_there_must_be_a_label_for_each(truths, given):
    with pytest.raises(ValueError, match="same lengths"):
        evaluate_labels(truths, given, ["a", "b"])


def looked(number):
    locations = np.random.default_rng(number).uniform(-1, 1, (4, 2))
    return Looked("", ("$1$",), np.array([[0.2, 0.8]], np.float32), locations)


@pytest.mark.parametrize(("number", "channels"), [(1, 1), (8, 3)])
def test_a_picture_has_a_panel_for_each_image(tmp_path, number, channels):
    pixels = np.random.default_rng(0).integers(0, 256, (number, 16, 16, channels), np.uint8)
    glimpse_paths(pixels, [looked(place) for place in range(number)], [["$1$"], ["2"]] * 4, 8, tmp_path / "glimpses.png")
    with Image.open(tmp_path / "glimpses.png") as picture:
        assert (picture.width > 2 * picture.height) == (number == 8)


def test_there_must_be_an_image(tmp_path):
    with pytest.raises(ValueError, match="at least one image"):
        glimpse_paths(np.zeros((0, 4, 4, 1), np.uint8), [], [], 8, tmp_path / "glimpses.png")
