"""Which tokens answers of trained runs hang on."""

import json

import numpy as np
import pytest

import toolkit
from tests.cli.shell import ROOT
from toolkit.errors import UserError

TEXT = "A great film. Not boring at all, but the ending was awful."
METHODS = ["gradient times input", "integrated gradients", "occlusion"]

pytestmark = pytest.mark.slow  # explains with whole models


@pytest.fixture(scope="module")
def sentiment():
    return toolkit.open(ROOT / "tests" / "trained" / "sentiment")


@pytest.fixture(scope="module")
def language_model():
    return toolkit.open(ROOT / "tests" / "trained" / "language_model")


@pytest.fixture(scope="module")
def finding(sentiment):
    return sentiment.inspect("saliency", text=TEXT)


def log_odds(run, text):
    no, yes = run(text)["probabilities"].values()
    return np.log(yes / no)


def test_integrated_gradients_are_complete(finding, sentiment):
    [found] = finding.as_dict()["examples"]
    gradient, integrated, _ = found["attributions"]
    assert [each["method"] for each in found["attributions"]] == METHODS
    assert integrated["completeness_gap"] <= 0.01
    np.testing.assert_allclose(sum(integrated["weights"]), integrated["change"], rtol=0.01)
    np.testing.assert_allclose(found["score"], abs(log_odds(sentiment, TEXT)), rtol=1e-3)
    assert found["answer"] == sentiment(TEXT)["label"]
    assert len(gradient["weights"]) == len(found["tokens"])
    assert found["tokens"][int(np.argmax(integrated["weights"]))] == "\u2581awful"


def test_occlusion_is_what_leaving_a_token_out_takes(finding, sentiment):
    [found] = finding.as_dict()["examples"]
    ids = sentiment.training.predictor().tokenizer.encode([TEXT])[0]
    place = found["tokens"].index("\u2581awful")
    whole, without = (np.array(sentiment.model(each[np.newaxis]))[0] for each in (ids, np.delete(ids, place)))
    expected = abs(whole[1] - whole[0]) - np.sign(whole[1] - whole[0]) * (without[1] - without[0])
    np.testing.assert_allclose(found["attributions"][2]["weights"][place], expected, rtol=1e-3)


def test_the_page_shows_tokens_and_gaps_and_needs_nothing_else(finding, tmp_path):
    page, numbers = finding.save(tmp_path)
    text = page.read_text("utf-8")
    assert "completeness gap" in text
    assert all(method in text for method in METHODS)
    assert text.count("<div class=tokens>") == len(METHODS)
    assert "http" not in text
    assert json.loads(numbers.read_text("utf-8"))["examples"][0]["item"] == TEXT


def test_held_out_examples(sentiment):
    found = sentiment.inspect("saliency", examples=1, most_steps=16).as_dict()["examples"]
    assert [each["item"] for each in found] == sentiment.training.run.read_json(sentiment.training.run.samples)[:1]


def test_the_next_token_hangs_on_those_before_it(language_model):
    [found] = language_model.inspect("saliency", text="The movie was").as_dict()["examples"]
    assert found["attributions"][1]["completeness_gap"] <= 0.01
    assert found["score"] >= 0
    assert len(found["tokens"]) == len(found["attributions"][2]["weights"])


@pytest.mark.parametrize(
    ("what", "options", "message"),
    [
        ("attention", {}, "attention: .*language_model is a language model, which has nothing to show of that; it has gates, "),
        ("saliency", {"text": " "}, "text: expected a text with words, received ' '"),
        ("saliency", {"text": "word " * 300}, "text: expected a text of up to 256 tokens, received 'one of "),
        ("saliency", {"examples": 0}, "examples: expected a positive integer, received 0"),
        ("saliency", {"most_steps": 4}, "most_steps: expected an integer of at least 16, received 4"),
        ("saliency", {"hypothesis": 1}, "unknown option of saliency hypothesis"),
    ],
)
def test_a_mistake_is_told(language_model, what, options, message):
    with pytest.raises(UserError, match=message):
        language_model.inspect(what, **options)
