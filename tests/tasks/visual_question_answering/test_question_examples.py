from pathlib import Path

import numpy as np
import pytest

from toolkit.data.images.image_set import ImageSet
from toolkit.tasks.visual_question_answering.examples import measured_questions
from toolkit.tasks.visual_question_answering.files import Question


def test_questions():
    image = Path("a.png")
    questions = [
        Question("What color is it?", "red", image, ("red", "red", "blue")),
        Question("What color is that", "blue", image, ("blue", "blue", "blue")),
        Question("Is it round?", "no", image, ("no", "no", "yes")),
    ]
    read = ImageSet(np.zeros((1, 4, 4, 3), "uint8"), {image: 0}, {})
    summary = measured_questions(questions, ["red", "red", "yes"], np.array([0.9, 0.6, 0.8]), read).summary()
    assert [score["value"] for score in summary["scores"][:2]] == [pytest.approx(1 / 3), pytest.approx((4 / 9 + 0 + 2 / 9) / 3)]
    slices = {sliced["by"]: {group["name"]: group["value"] for group in sliced["groups"]} for sliced in summary["slices"]}
    assert slices["first words"] == {"is it": 0, "what color": 0.5}
    assert slices["true answer"] == {"blue": 0, "no": 0, "red": 1}
    assert [(example["text"], example["score"]) for example in summary["worst"]["examples"]] == [
        ("Is it round?", 0.8),
        ("What color is that", 0.6),
    ]
