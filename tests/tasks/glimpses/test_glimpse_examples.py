import numpy as np

from toolkit.tasks.glimpses.examples import measured_images
from toolkit.tasks.glimpses.predictor import Looked


def looked(*labels, sure=0.75):
    probabilities = np.array([[sure, 1 - sure]] * len(labels), "float32")
    return Looked("", labels, probabilities, np.zeros((2, 2), "float32"))


PIXELS = np.zeros((3, 4, 4, 1), "uint8")


def test_one_object_on_each_image():
    summary = measured_images(PIXELS, [["1"], ["2"], ["2"]], [looked("1"), looked("1", sure=0.5), looked("1")]).summary()
    assert [(score["name"], score["by"]) for score in summary["scores"]] == [("accuracy", "Wilson"), ("calibration error", "")]
    assert [(group["name"], group["value"], group["examples"]) for group in summary["slices"][0]["groups"]] == [("1", 1, 1), ("2", 0, 2)]
    assert [example["text"] for example in summary["worst"]["examples"]] == ["test image 3", "test image 2"]
    assert all(example["picture"].startswith("iVBOR") for example in summary["worst"]["examples"])  # a PNG file in base64


def test_several_objects():
    summary = measured_images(PIXELS[:2], [["1", "2"], ["1", "1"]], [looked("1", "1"), looked("1", "1")]).summary()
    assert {score["name"]: score["value"] for score in summary["scores"][:2]} == {
        "accuracy of the labels": 0.75,
        "images with all labels right": 0.5,
    }
