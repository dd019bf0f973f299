import numpy as np
import pytest

from toolkit.tasks.drawing.examples import measured_drawings
from toolkit.tasks.drawing.measures import evaluate_drawings


def test_the_interval_of_the_bound_is_that_of_its_standard_error():
    generator = np.random.default_rng(0)
    reconstruction, kl = generator.uniform(60, 90, 300), generator.uniform(1, 3, (300, 4))
    result = evaluate_drawings(reconstruction, kl, 16)
    summary = measured_drawings(np.zeros((300, 4, 4, 1), "uint8"), reconstruction, kl).summary()
    bound, *_, bits = summary["scores"]
    assert (bound["value"], bits["value"]) == (pytest.approx(result.bound), pytest.approx(result.bits_per_dimension))
    assert bound["high"] - bound["value"] == pytest.approx(1.96 * result.standard_error, rel=0.15)
    assert summary["worst"]["examples"][0]["text"] == f"test image {np.argmax(reconstruction + kl.sum(1)) + 1}"


def test_an_image_without_a_finite_bound_is_no_example():
    summary = measured_drawings(np.zeros((2, 4, 4, 1), "uint8"), np.array([np.inf, 3.0]), np.ones((2, 1))).summary()
    assert [example["score"] for example in summary["worst"]["examples"]] == [4]
