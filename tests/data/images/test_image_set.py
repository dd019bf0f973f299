"""Many image files as one array."""

import logging

import numpy as np
import pytest
from PIL import Image

from toolkit.data.images.image_set import read_images
from toolkit.errors import UserError


def write(path, colour):
    Image.new("RGB", (5, 7), colour).save(path)
    return path


def test_files_that_cannot_be_read_are_named_and_left_out(tmp_path, caplog):
    red, blue = write(tmp_path / "red.png", (255, 0, 0)), write(tmp_path / "blue.jpg", (0, 0, 255))
    (tmp_path / "damaged.png").write_bytes(red.read_bytes()[:40])
    damaged, missing = tmp_path / "damaged.png", tmp_path / "missing.png"
    with caplog.at_level(logging.WARNING):
        images = read_images([missing, red, damaged, red, blue], 4)
    assert images.rows == {red: 0, blue: 1}
    assert images.pixels.shape == (2, 4, 4, 3)
    np.testing.assert_array_equal(images.pixels[0, 0, 0], (255, 0, 0))
    assert [*images.skipped] == [missing, damaged]
    assert "missing.png: expected an image file, found none; it is left out" in caplog.text
    assert "damaged.png" in caplog.text


def test_few_of_many_are_named(tmp_path, caplog):
    one = write(tmp_path / "one.png", (1, 2, 3))
    with caplog.at_level(logging.WARNING):
        images = read_images([one, *(tmp_path / f"{number}.png" for number in range(9))], 4)
    assert len(images.skipped) == 9
    assert len(caplog.records) == 6
    assert caplog.records[-1].getMessage() == "4 images more cannot be read and are left out"


@pytest.mark.parametrize(("names", "message"), [(["a.png"], "found none$"), (["a.png", "b.png"], "none of the 2 images can be read$")])
def test_it_is_an_error_if_none_can_be_read(tmp_path, names, message):
    with pytest.raises(UserError, match=message):
        read_images([tmp_path / name for name in names], 4)


def test_no_path_is_an_error():
    with pytest.raises(UserError, match="at least one image"):
        read_images([], 4)
