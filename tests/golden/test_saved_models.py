"""The trained models that come with the project give the answers recorded when they were made."""

import json
from pathlib import Path

import numpy as np
import pytest

from toolkit.cli.recipes import open_task

MODELS = sorted(path.parent for path in (Path(__file__).parents[2] / "saved_models").glob("*/golden.json"))


def test_there_is_one():
    assert [path.name for path in MODELS] == ["sentiment"]


@pytest.mark.parametrize("model", MODELS, ids=lambda path: path.name)
def test_golden_answers(model):
    golden = json.loads((model / "golden.json").read_text("utf-8"))
    predictions = open_task(str(model)).predictor().predict([answer["text"] for answer in golden])
    assert predictions.labels == [answer["label"] for answer in golden]
    # Single precision on another processor, over up to 512 steps; the record has five digits.
    np.testing.assert_allclose(predictions.probabilities, [answer["probabilities"] for answer in golden], rtol=0, atol=1e-4)


@pytest.mark.parametrize("model", MODELS, ids=lambda path: path.name)
def test_the_card_has_the_accuracy_of_the_metrics(model):
    accuracy = json.loads((model / "metrics.json").read_text("utf-8"))["test"]["accuracy"]
    assert f"{accuracy:.1%}" in (model / "README.md").read_text("utf-8")
