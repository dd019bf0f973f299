"""The trained models that come with the project give the answers recorded when they were made."""

import json
from pathlib import Path

import numpy as np
import pytest

from benchmarks.published_language_model import TOKENS
from toolkit.cli.recipes import open_run
from toolkit.tasks.language_model.sampling import Sampling

FOLDER = Path(__file__).parents[2] / "saved_models"
DIGITS = 1e-4  # single precision on another processor, over up to 512 steps; the records have four or five digits


def open_golden(name):
    return open_run(str(FOLDER / name)), json.loads((FOLDER / name / "golden.json").read_text("utf-8"))


def test_each_model_is_tested_here():
    assert sorted(path.parent.name for path in FOLDER.glob("*/golden.json")) == ["language_model", "sentiment"]


def test_the_classifier_gives_its_answers():
    task, golden = open_golden("sentiment")
    predictions = task.predictor().predict([answer["text"] for answer in golden])
    assert predictions.labels == [answer["label"] for answer in golden]
    np.testing.assert_allclose(predictions.probabilities, [answer["probabilities"] for answer in golden], rtol=0, atol=DIGITS)


def test_the_language_model_writes_its_samples():
    task, golden = open_golden("language_model")
    generator = task.predictor()
    for sample in golden["samples"]:
        sampling = Sampling(**{name: sample[name] for name in ("temperature", "top_k", "top_p", "seed")})
        [[written]] = generator.generate([sample["prompt"]], max_tokens=TOKENS, sampling=sampling)
        assert written.text == sample["text"]
        assert written.score == pytest.approx(sample["score"], rel=DIGITS)
    found = generator.score([score["text"] for score in golden["scores"]])
    assert [likelihood.nats for likelihood in found] == pytest.approx([score["nats"] for score in golden["scores"]], rel=DIGITS)


@pytest.mark.parametrize(("name", "measure", "shown"), [("sentiment", "accuracy", "{:.1%}"), ("language_model", "perplexity", "{:.1f}")])
def test_the_card_has_what_was_measured(name, measure, shown):
    value = json.loads((FOLDER / name / "metrics.json").read_text("utf-8"))["test"][measure]
    assert shown.format(value) in (FOLDER / name / "README.md").read_text("utf-8")
