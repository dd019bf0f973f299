"""Pictures of where a model looked."""

import numpy as np
import pytest
from PIL import Image

from toolkit.tasks.visual_question_answering.plots import attention_maps
from toolkit.tasks.visual_question_answering.predictor import Answered


def answered(question, answer):
    attention = np.random.default_rng(0).dirichlet(np.ones(4), 2).reshape(2, 2, 2)
    return Answered("a.png", question, answer, np.array([0.4, 0.6], np.float32), attention)


@pytest.mark.parametrize("number", [1, 3])
def test_a_picture_has_a_panel_for_the_image_and_each_hop(tmp_path, number):
    pixels = np.random.default_rng(0).integers(0, 256, (number, 16, 16, 3), np.uint8)
    questions = [answered("what $costs$ it? " * 9, "no") for _ in range(number)]
    attention_maps(pixels, questions, ["no", "yes", "no"][:number], tmp_path / "attention.png")
    with Image.open(tmp_path / "attention.png") as picture:
        assert picture.width > picture.height * (2 if number == 1 else 1)


def test_there_must_be_a_question(tmp_path):
    with pytest.raises(ValueError, match="at least one answer"):
        attention_maps(np.zeros((0, 4, 4, 3), np.uint8), [], [], tmp_path / "attention.png")
