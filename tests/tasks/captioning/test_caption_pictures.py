"""Pictures of captions, and of where the model looked for each word."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from toolkit.tasks.captioning.plots import WORDS, caption_pictures
from toolkit.tasks.captioning.predictor import Caption

IMAGE = np.full((8, 8, 3), 120, np.uint8)


def caption(words, attends=True):
    maps = np.full((len(words), 2, 2), 0.25, np.float32) if attends else None
    return Caption("a.png", " ".join(words), -1.0, words, maps)


def height_of(path: Path, captions, truths):
    caption_pictures([IMAGE] * len(captions), captions, truths, path)
    with Image.open(path) as picture:
        assert np.asarray(picture.convert("L")).std() > 1
        return picture.height


def test_each_image_has_a_row_and_a_long_caption_more(tmp_path):
    short, long = caption(["a", "$dog$"]), caption(["word"] * (WORDS + 1))
    one = height_of(tmp_path / "one.png", [short], [("a $dog$", "it")])
    assert height_of(tmp_path / "two.png", [short, short], [(), ("it",)]) == pytest.approx(2 * one, abs=1)  # a pixel is rounded
    assert height_of(tmp_path / "long.png", [long], [()]) == pytest.approx(2 * one, abs=1)
    assert height_of(tmp_path / "none.png", [caption([], attends=False)], [("it",)]) == one


def test_no_caption_is_refused(tmp_path):
    with pytest.raises(ValueError, match="must hold at least one caption"):
        caption_pictures([], [], [], tmp_path / "none.png")
