"""The exported models that come with the project are whole, and give the answers recorded when they were made, wherever they run."""

import json
import re
import subprocess
from pathlib import Path

import numpy as np
import pytest

from benchmarks.published_language_model import TOKENS
from tests.server.scripted_model import serving
from tests.server.test_server_answers import send
from toolkit.cli.recipes import open_run
from toolkit.export.exporting import verify
from toolkit.export.inventory import check_inventory
from toolkit.export.publishing import size_of
from toolkit.inference.c_api import CRunner
from toolkit.inference.runner import encoded
from toolkit.tasks.artefact import open_artefact
from toolkit.tasks.language_model.sampling import Sampling
from toolkit.tasks.registry import exporter_of

ROOT = Path(__file__).parents[2]
FOLDER = ROOT / "saved_models"
NAMES = ["language_model", "sentiment", "translation"]
DIGITS = 1e-4  # single precision on another processor, over up to 512 steps; the records have four or five digits
MEGABYTES = 25


def golden(name):
    return json.loads((FOLDER / name / "golden.json").read_text("utf-8"))


def check_classifier(predictor):
    predictions = predictor.predict([answer["text"] for answer in golden("sentiment")])
    assert predictions.labels == [answer["label"] for answer in golden("sentiment")]
    check_probabilities(predictions.probabilities)


def check_probabilities(found):
    np.testing.assert_allclose(found, [answer["probabilities"] for answer in golden("sentiment")], rtol=0, atol=DIGITS)


def check_language_model(generator, samples):
    for sample in samples:
        sampling = Sampling(**{name: sample[name] for name in ("temperature", "top_k", "top_p", "seed")})
        [[written]] = generator.generate([sample["prompt"]], max_tokens=TOKENS, sampling=sampling)
        assert written.text == sample["text"]
        assert written.score == pytest.approx(sample["score"], rel=DIGITS)
    scores = golden("language_model")["scores"]
    found = generator.score([score["text"] for score in scores])
    assert [likelihood.nats for likelihood in found] == pytest.approx([score["nats"] for score in scores], rel=DIGITS)


def check_translator(translator):
    found = translator.translate([answer["text"] for answer in golden("translation")])
    check_translations([each.text for each in found], [each.hypotheses[0].score for each in found])


def check_translations(texts, scores):
    assert list(texts) == [answer["translation"] for answer in golden("translation")]
    assert list(scores) == pytest.approx([answer["score"] for answer in golden("translation")], abs=10 * DIGITS)


def decoded(values):
    return [value.decode() for value in values]


def test_these_models_come_along():
    assert sorted(path.parent.name for path in FOLDER.glob("*/golden.json")) == NAMES
    assert sum(size_of(FOLDER / name / part) for name in NAMES for part in ("1", "README.md", "golden.json")) < MEGABYTES * 1e6


@pytest.mark.parametrize("name", NAMES)
def test_their_files_are_those_that_were_exported(name):
    assert check_inventory(FOLDER / name / "1") == []


@pytest.mark.parametrize(("name", "measure", "shown"), [("sentiment", "accuracy", "{:.1%}"), ("language_model", "perplexity", "{:.1f}")])
def test_the_card_has_what_was_measured(name, measure, shown):
    value = json.loads((ROOT / "tests/trained" / name / "metrics.json").read_text("utf-8"))["test"][measure]
    assert shown.format(value) in (FOLDER / name / "README.md").read_text("utf-8")


def test_the_card_of_the_translator_has_what_its_version_says():
    measured = (FOLDER / "translation/1/README.md").read_text("utf-8")
    [exact] = re.findall(r"exact match +([\d.]+)%", measured)
    assert float(exact) >= 95
    assert f"| {exact}% |" in (FOLDER / "translation/README.md").read_text("utf-8")


def test_exports_of_ones_own_are_not_offered_to_git():
    own = ["models.config", "batching_parameters.txt", "reviews/1/saved_model.pb", "sentiment/2/saved_model.pb", "sentiment/.writing-x/a"]
    ours = ["sentiment/1/saved_model.pb", "translation/1/litert/model.tflite", "language_model/README.md", "sentiment/golden.json"]
    command = ["git", "check-ignore", "--no-index", *(f"saved_models/{path}" for path in own + ours)]
    found = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    if found.returncode == 128:
        pytest.skip("this is no clone")
    assert found.stdout.splitlines() == [f"saved_models/{path}" for path in own]


def test_the_classifier_was_exported_from_the_run():
    check_classifier(open_run(str(ROOT / "tests/trained/sentiment")).predictor())


@pytest.mark.slow
def test_the_language_model_was_exported_from_the_run():
    check_language_model(open_run(str(ROOT / "tests/trained/language_model")).predictor(), golden("language_model")["samples"])


@pytest.mark.slow
@pytest.mark.parametrize("name", NAMES)
def test_they_answer_as_their_models_do(name):
    assert verify(FOLDER / name / "1", exporter_of).remarks == []


@pytest.mark.slow
@pytest.mark.parametrize("place", ["", "1/litert"])
def test_they_answer_in_python(place):
    check_classifier(open_artefact(FOLDER / "sentiment" / place).answerer)
    check_translator(open_artefact(FOLDER / "translation" / place).answerer)
    # Only a SavedModel draws what the run draws: a LiteRT file is given noise.
    samples = [sample for sample in golden("language_model")["samples"] if not place or sample["temperature"] == 0]
    check_language_model(open_artefact(FOLDER / "language_model" / place).answerer, samples)


@pytest.mark.slow
def test_they_answer_in_the_c_api():
    with CRunner(FOLDER / "sentiment/1") as runner:
        answer = runner.run("serving_default", texts=encoded([answer["text"] for answer in golden("sentiment")]))
    check_probabilities(answer["scores"])
    with CRunner(FOLDER / "translation/1") as runner:
        answer = runner.run("serving_default", texts=encoded([answer["text"] for answer in golden("translation")]))
    check_translations(decoded(answer["translations"]), answer["scores"])
    with CRunner(FOLDER / "language_model/1") as runner:
        for sample in (sample for sample in golden("language_model")["samples"] if sample["temperature"] == 0):
            written = runner.run("generate", **generation(sample))
            assert decoded(written["texts"]) == [sample["text"]]
        scores = golden("language_model")["scores"]
        found = runner.run("score", texts=encoded([score["text"] for score in scores]))
    assert found["nats"] == pytest.approx([score["nats"] for score in scores], rel=DIGITS)


@pytest.mark.slow
def test_they_answer_over_http():
    rows = served("sentiment", golden("sentiment"))
    assert [row["labels"] for row in rows] == [answer["label"] for answer in golden("sentiment")]
    check_probabilities([row["scores"] for row in rows])
    rows = served("translation", golden("translation"))
    check_translations([row["translations"] for row in rows], [row["scores"] for row in rows])
    scores = golden("language_model")["scores"]
    rows = served("language_model", scores)
    assert [row["nats"] for row in rows] == pytest.approx([score["nats"] for score in scores], rel=DIGITS)


def served(name, records):
    with serving(FOLDER / name) as (process, url):
        status, answer = send(f"{url}:predict", {"instances": [record["text"] for record in records]})
        process.terminate()
        process.communicate(timeout=60)
    assert status == 200, answer
    return answer["predictions"]


def generation(sample):
    return {
        "prompts": encoded([sample["prompt"]]),
        "seeds": np.array([sample["seed"]], "int32"),
        "max_tokens": np.array(TOKENS, "int32"),
        "temperature": np.array(0, "float32"),
        "top_k": np.array(0, "int32"),
        "top_p": np.array(1, "float32"),
    }
