"""How good labels of frames are, and pictures of them."""

import numpy as np
import pytest
from PIL import Image

from toolkit.tasks.frames.measures import FrameResult, evaluate_frames
from toolkit.tasks.frames.plots import accuracy_by_position, strips
from toolkit.tasks.frames.predictor import Tagged

TRUTHS = [["a", "a", ""], ["b", "a"]]
GIVEN = [("a", "b", "b"), ("b", "a")]
ALONE = [("b", "b", "b"), ("b", "b")]


def test_frames_whose_label_is_known_are_counted():
    result = evaluate_frames(TRUTHS, GIVEN, ["a", "b"], ALONE)
    assert (result.sequences, result.frames, result.accuracy, result.alone, result.all_right) == (2, 4, 0.75, 0.25, 0.5)
    assert result.confusion == [[2, 1], [0, 1]]
    assert result.by_label["a"] == {"precision": 1.0, "recall": pytest.approx(2 / 3), "f1": pytest.approx(0.8), "frames": 3}
    assert [(each["first"], each["last"], each["frames"], each["accuracy"], each["alone"]) for each in result.positions] == [
        (1, 1, 2, 1.0, 0.5),
        (2, 2, 2, 0.5, 0.0),
    ]
    assert FrameResult.from_dict(result.as_dict()) == result
    assert "accuracy  75.00% of 4 frames in 2 sequences" in str(result)
    assert "25.00% where each frame is seen alone" in str(result)


def test_long_sequences_are_told_of_in_groups_of_frames():
    result = evaluate_frames([["a"] * 40], [["a"] * 39 + ["b"]], ["a", "b"])
    assert (result.positions[0]["first"], result.positions[0]["last"], result.positions[-1]["accuracy"]) == (1, 3, 0.0)
    assert len(result.positions) == 14
    assert "alone" not in str(result)


def test_rare_labels_are_counted():
    names = [f"{number}" for number in range(25)]
    assert "and 5 rarer labels" in str(evaluate_frames([names], [names], names))


@pytest.mark.parametrize(("truths", "given", "message"), [([["a"]], [["a", "b"]], "same lengths"), ([[""]], [["a"]], "at least one label")])
def test_there_must_be_a_label_for_each(truths, given, message):
    with pytest.raises(ValueError, match=message):
        evaluate_frames(truths, given, ["a", "b"])


@pytest.mark.parametrize("channels", [1, 3])
def test_a_strip_has_a_panel_for_each_frame(tmp_path, channels):
    frames = [np.random.default_rng(0).integers(0, 256, (length, 8, 8, channels), np.uint8) for length in (20, 2)]
    tagged = [Tagged("", ("$1$",) * len(each), np.ones(len(each))) for each in frames]
    strips(frames, tagged, [["$1$"] * 19 + [""], ["$1$", "2"]], tmp_path / "frames.png")
    with Image.open(tmp_path / "frames.png") as picture:
        assert picture.width > 4 * picture.height


@pytest.mark.parametrize("alone", [None, 0.5])
def test_the_accuracy_is_drawn_over_the_place(tmp_path, alone):
    accuracy_by_position([{"first": 1, "last": 1, "frames": 3, "accuracy": 0.7, "alone": alone}], tmp_path / "places.png")
    assert (tmp_path / "places.png").stat().st_size > 1000


def test_there_must_be_something_to_draw(tmp_path):
    with pytest.raises(ValueError, match="at least one sequence"):
        strips([], [], [], tmp_path / "frames.png")
    with pytest.raises(ValueError, match="at least one group"):
        accuracy_by_position([], tmp_path / "places.png")
