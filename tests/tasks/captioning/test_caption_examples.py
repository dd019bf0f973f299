from pathlib import Path

import numpy as np
import pytest

from toolkit.data.images.image_set import ImageSet
from toolkit.tasks.captioning.examples import measured_captions
from toolkit.tasks.captioning.files import Captioned
from toolkit.tasks.captioning.measures import evaluate_captions


def test_captions():
    images = [
        Captioned(Path("a.png"), ("A dog runs on the grass.", "the dog runs")),
        Captioned(Path("b.png"), ("two cats sleep on a sofa",)),
        Captioned(Path("c.png"), ("a red car on a street", "a car")),
    ]
    captions = ["a dog runs on the grass", "two dogs sleep on a sofa", "people"]
    read = ImageSet(np.zeros((3, 4, 4, 3), "uint8"), {each.image: row for row, each in enumerate(images)}, {})
    result, summary = evaluate_captions(images, captions), measured_captions(images, captions, read).summary()
    expected = [result.cider, *result.bleu, result.exact_match]
    assert [score["value"] for score in summary["scores"]] == [pytest.approx(value) for value in expected]
    assert [example["text"] for example in summary["worst"]["examples"]] == ["c.png", "b.png"]
    assert summary["worst"]["examples"][0]["expected"] == "a red car on a street / a car"
