"""How well images are known, and pictures of how they are drawn."""

import math
from functools import partial

import numpy as np
import pytest
from PIL import Image

from toolkit.tasks.drawing import plots
from toolkit.tasks.drawing.measures import DrawingResult, evaluate_drawings
from toolkit.tasks.drawing.predictor import Drawn

SIDE, STEPS, WRITE = 6, 4, 3


def test_the_bound_is_the_mean_of_both_parts():
    result = evaluate_drawings([90.0, 110.0], [[1.0, 2.0], [3.0, 6.0]], pixels=100)
    assert (result.images, result.bound, result.reconstruction, result.kl) == (2, 106, 100, 6)
    assert result.kl_per_step == [2, 4]
    assert result.bits_per_dimension == pytest.approx(1.06 / math.log(2))
    assert result.standard_error == pytest.approx(13)  # of 93 and 119
    assert DrawingResult.from_dict(result.as_dict()) == result
    assert str(result).startswith("bound  106.00 nats for each of 2 images (± 25.48): reconstruction 100.00, KL 6.00\n")
    assert evaluate_drawings([1.0], [[1.0]], 4).standard_error == 0


@pytest.mark.parametrize(("reconstruction", "kl"), [([], []), ([1.0], [[1.0], [2.0]]), ([1.0], [1.0])])
def test_both_parts_are_of_the_same_images(reconstruction, kl):
    with pytest.raises(ValueError, match="of the same images"):
        evaluate_drawings(reconstruction, kl, 4)


def drawings(number, windows=True, bound=5.0):
    random = np.random.default_rng(number)
    geometry = np.array([[2.5, 2.5, 1.0, 0.3]] * STEPS, np.float32)
    return [
        Drawn("", random.random((STEPS, SIDE, SIDE), np.float32), geometry if windows else None, bound + place, np.ones(STEPS))
        for place in range(number)
    ]


def test_a_window_covers_the_centres_of_its_filters():
    assert plots.window_box([5, 10, 2, 0.5], size=3) == (8, 3, 4)  # columns 8, 10, 12; rows 3, 5, 7


@pytest.mark.parametrize("windows", [True, False])
def test_pictures_are_written_with_windows_and_without(tmp_path, windows):
    some = drawings(5, windows)
    pixels = np.zeros((5, SIDE, SIDE, 1), np.uint8)
    plots.reconstructions(pixels, some[:2], some[2:4], tmp_path / "both.png")
    plots.reconstructions(pixels, some[:1], [], tmp_path / "best.png")
    plots.steps(some[:2], WRITE, tmp_path / "steps.png")
    plots.samples(some, tmp_path / "samples.png")
    for name in ("both", "best", "steps", "samples"):
        with Image.open(tmp_path / f"{name}.png") as picture:
            assert min(picture.size) > 100


def red_of(path):
    """Where the second frame of an animation is red; and the number of its frames."""
    with Image.open(path) as picture:
        picture.seek(1)
        frame = np.asarray(picture.convert("RGB")).astype(int)
        return (frame[..., 0] - frame[..., 2]) > 100, picture.n_frames


def test_an_animation_has_a_frame_for_each_step_and_shows_the_window(tmp_path):
    plots.animation(drawings(2), WRITE, tmp_path / "with.gif")
    red, frames = red_of(tmp_path / "with.gif")
    assert frames == STEPS + 1  # the last canvas once more, without its window
    scale = 12  # makes 6 pixels 72, the first multiple above the half of the smallest picture
    rows, columns = np.nonzero(red[:, : SIDE * scale])
    for places in (rows, columns):  # filters from 1.5 to 3.5, and a line of 0.3 on both sides of the edge
        assert places.min() == pytest.approx((1.5 + 0.5 - 0.15) * scale, abs=2)
        assert places.max() == pytest.approx((3.5 + 0.5 + 0.15) * scale, abs=2)


def test_without_attention_there_is_no_window(tmp_path):
    plots.animation(drawings(2, windows=False), WRITE, tmp_path / "without.gif")
    red, frames = red_of(tmp_path / "without.gif")
    assert not red.any()
    assert frames == STEPS  # the last is shown longer


def test_a_window_far_outside_is_no_mistake(tmp_path):
    away = Drawn("", np.zeros((STEPS, SIDE, SIDE), np.float32), np.array([[1e9, -1e9, 1e12, 1e3]] * STEPS, np.float32))
    plots.animation([away], WRITE, tmp_path / "away.gif")
    assert (tmp_path / "away.gif").stat().st_size > 0


def test_a_drawing_may_be_characters():
    pixels = np.zeros((4, 3), np.uint8)
    pixels[2:, 1] = 255
    assert plots.text_of(pixels) == "\n @\n"


@pytest.mark.parametrize("draw", [plots.samples, partial(plots.steps, write_size=WRITE), partial(plots.animation, write_size=WRITE)])
def test_there_must_be_a_drawing(tmp_path, draw):
    with pytest.raises(ValueError, match="at least one drawing"):
        draw([], path=tmp_path / "none.png")
