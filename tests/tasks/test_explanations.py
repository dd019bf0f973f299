"""Saliency and attention of the kinds of tasks whose explanations need a model of their own, tiny ones that have learned nothing."""

import base64
import dataclasses
from types import SimpleNamespace

import numpy as np
import pytest
import tensorflow as tf

import toolkit
from toolkit.cli.recipes import find_recipe, make_run
from toolkit.data.images.decoding import decode_image, to_png
from toolkit.data.images.image_corpus import to_channels
from toolkit.errors import UserError
from toolkit.inspecting import inspect
from toolkit.models import Captioner, DrawingAutoencoder, FrameTagger, GlimpseClassifier, Tagger, Translator, VisualAnswerer
from toolkit.models.captioner import BEGIN, END, SPECIAL
from toolkit.run_folder import RunFolder
from toolkit.tasks.captioning import explanation as captioning
from toolkit.tasks.drawing import explanation as drawing
from toolkit.tasks.frames import explanation as frames
from toolkit.tasks.glimpses import explanation as glimpses
from toolkit.tasks.tagging import explanation as tagging
from toolkit.tasks.translation import explanation as translation
from toolkit.tasks.visual_question_answering import explanation as answering
from toolkit.text.tokenizer import Tokenizer

pytestmark = pytest.mark.slow

TEXTS = ["the two cats", "a house"]
SIDE = 16


@pytest.fixture
def make(tmp_path):
    """Makes a run of a recipe, with a model of random weights, held-out samples and maybe a tokenizer."""

    def make(name, model, samples, tokenizer=None, **settings):
        recipe, folder = find_recipe(name), RunFolder(tmp_path / name)
        chosen = dataclasses.replace(recipe.presets[recipe.default_preset], **settings)
        folder.open(name, chosen)
        if not model.built:
            model.build(None)
        random = np.random.default_rng(0)
        for weight in model.trainable_weights:
            weight.assign(1.5 * random.normal(size=weight.shape) / np.sqrt(max(1, np.prod(weight.shape[:-1]))))
        model.save(folder.model)
        if tokenizer:
            tokenizer.save(folder.tokenizer)
        folder.write_json(folder.metrics, {})
        folder.write_json(folder.samples, samples)
        return make_run(recipe, chosen, folder)

    return make


def subject(training, explain, attend=None):
    return SimpleNamespace(name="tiny", kind="a run", explain=explain, attend=attend)


def images(number):
    random = np.random.default_rng(0)
    return [base64.b64encode(to_png(random.integers(0, 256, (SIDE, SIDE, 3), np.uint8))).decode() for _ in range(number)]


def complete(found):
    """Whether integrated gradients add up; what random weights change a score by may be far less than what single parts add."""
    integrated = [example["attributions"][1] for example in found]
    return all(
        abs(np.sum(each["weights"]) - each["change"]) <= 0.01 * np.abs(each["weights"]).sum() and np.any(each["weights"])
        for each in integrated
    )


def weights_told(explanation):
    """Returns the weights of the tokens that each part of an answer of `predict` hangs on."""
    return [[token["weight"] for token in part["tokens"]] for part in explanation]


@pytest.mark.parametrize("reversed_source", [False, True])
def test_tokens_of_a_translation(make, reversed_source):
    tokenizer = Tokenizer.train(TEXTS, 290)
    model = Translator(
        tokenizer.vocabulary_size, embedding_dim=6, units=6, encoder_layers=1, decoder_layers=1, reversed_source=reversed_source
    )
    training = make("translation", model, TEXTS, tokenizer, max_length=12, beam_width=2)
    one = subject(training, translation.explainer_of(training), translation.attention_of(training))
    found = inspect(one, "saliency", text=TEXTS[1]).as_dict()["examples"]
    assert complete(found)
    assert found[0]["tokens"] == tokenizer.pieces([*tokenizer.encode([TEXTS[1]])[0], tokenizer.end_id])
    source = np.array([*tokenizer.encode([TEXTS[1]])[0], tokenizer.end_id], "int32")
    begin, pieces = np.array([[tokenizer.begin_id]]), tokenizer.pieces(range(tokenizer.vocabulary_size))
    whole, shorter = (np.array(training.load_model()((ids[np.newaxis], begin)))[0, 0] for ids in (source, source[1:]))
    answer, other = (pieces.index(found[0][name]) for name in ("answer", "other"))
    np.testing.assert_allclose(found[0]["score"], whole[answer] - whole[other], rtol=1e-3, atol=1e-5)
    taken = (whole[answer] - whole[other]) - (shorter[answer] - shorter[other])
    np.testing.assert_allclose(found[0]["attributions"][2]["weights"][0], taken, rtol=1e-3, atol=1e-5)
    answer = toolkit.open(training.run.path)(TEXTS[1], explain=True)
    told = found[: len(answer["tokens"])]  # all but the end
    assert [part["answer"] for part in answer["explanation"]] == answer["tokens"] == [each["answer"] for each in told]
    np.testing.assert_allclose(weights_told(answer["explanation"]), [each["attributions"][1]["weights"] for each in told], atol=1e-3)
    best = training.predictor(dataclasses.replace(training.search, n_best=2)).translate(TEXTS[:1])[0].hypotheses
    for number in (1, 2):
        looked = inspect(one, "attention", examples=1, hypothesis=number).as_dict()["examples"][0]
        assert looked["rows"] == best[number - 1].tokens
        np.testing.assert_allclose(looked["weights"], best[number - 1].alignment, rtol=1e-5)
    both = inspect(one, "attention").as_dict()["examples"]
    assert [len(each["columns"]) for each in both] == [len(tokenizer.encode([text])[0]) + 1 for text in TEXTS]  # of different lengths
    with pytest.raises(UserError, match="hypothesis: expected an integer from 1 to 2, received 3"):
        inspect(one, "attention", hypothesis=3)


@pytest.mark.parametrize("crf", [True, False])
def test_tags(make, crf):
    sizes = {"word_length": 5, "embedding_dim": 5, "units": 4, "character_units": 3 if crf else 0}
    training = make("tagging", Tagger(["the", "two"], list("acdhst"), ["N", "V", "D"], **sizes, crf=crf), TEXTS)
    one = subject(training, tagging.explainer_of(training))
    found = inspect(one, "saliency", examples=1).as_dict()["examples"]
    assert complete(found)
    assert [each["answer"] for each in found] == training.predictor().predict(TEXTS[:1])[0].tags
    assert [each["part"] for each in found] == ["word 1, the", "word 2, two", "word 3, cats"]
    assert all(each["tokens"] == TEXTS[0].split() for each in found)
    answer = toolkit.open(training.run.path)(TEXTS[0], explain=True)
    assert [part["answer"] for part in answer["explanation"]] == answer["tags"]
    np.testing.assert_allclose(weights_told(answer["explanation"]), [each["attributions"][1]["weights"] for each in found], atol=1e-3)
    assert [row[:3] for row in answer.rows] == [[1, word, tag] for word, tag in zip(TEXTS[0].split(), answer["tags"], strict=True)]
    _, *lines = answer.text
    assert [line.split()[0] for line in lines] == [f"{word}/{tag}" for _, word, tag, *_ in answer.rows]
    assert [line.split("  ")[-1].strip() for line in lines] == [row[-1] for row in answer.rows]
    assert toolkit.open(training.run.path)("", explain=True)["explanation"] == []


def test_pixels_of_frames(make):
    training = make("frames", FrameTagger(["a", "b", "c"], SIDE, filters=2, frame_units=5, units=4), [images(3)])
    one = subject(training, frames.FrameExplainer(training))
    finding = inspect(one, "saliency")
    [found] = finding.as_dict()["examples"]
    assert complete([found])
    assert found["part"] == "frame 2"
    assert np.shape(found["attributions"][0]["weights"]) == (3, SIDE, SIDE)
    assert "completeness gap" in finding.page()
    with pytest.raises(UserError, match="text: expected none of a run that looks at images, received 'x'"):
        inspect(one, "saliency", text="x")


def test_pixels_at_the_places_of_glimpses(make):
    sizes = {"num_glimpses": 2, "glimpse_size": 4, "scales": 2, "glimpse_units": 16, "units": 12, "objects": 2}
    training = make("glimpses", GlimpseClassifier(["a", "b", "c"], SIDE, 3, **sizes), images(1))
    found = inspect(subject(training, glimpses.explainer_of(training)), "saliency").as_dict()["examples"]
    assert complete(found)
    assert [each["part"] for each in found] == ["object 1", "object 2"]
    looked = training.predictor().predict([base64.b64decode(images(1)[0])])[0]
    assert [each["answer"] for each in found] == [*looked.labels]
    log_odds = [np.log(each.max()) - np.log(np.sort(each)[-2]) for each in looked.probabilities]
    np.testing.assert_allclose([each["score"] for each in found], log_odds, rtol=1e-3, atol=1e-4)


def test_words_and_pixels_that_an_answer_hangs_on_and_where_the_model_looked(make):
    model = VisualAnswerer(["is", "it"], ["yes", "no", "red"], SIDE, filters=2, embedding_dim=4, units=5)
    question = "is it red?"
    samples = [{"image": image, "question": question} for image in images(1)]
    training = make("visual_question_answering", model, samples)
    one = subject(training, answering.AnswerExplainer(training), answering.attention_of(training))
    finding = inspect(one, "saliency")
    words, pixels = finding.as_dict()["examples"]
    assert complete([words, pixels])
    assert words["tokens"] == ["is", "it", "red"]
    assert "tokens" not in pixels
    assert "; in the image the pixel at row " in str(finding)
    image = decode_image(base64.b64decode(samples[0]["image"]), SIDE)[np.newaxis]
    asked = [training.predictor().probabilities(image, [each])[0][0] for each in (question, "it red?")]
    whole, without = (np.log(each[model.answers.index(words["answer"])] / each[model.answers.index(words["other"])]) for each in asked)
    np.testing.assert_allclose(words["score"], whole, rtol=1e-3, atol=1e-5)
    np.testing.assert_allclose(words["attributions"][2]["weights"][0], whole - without, rtol=1e-3, atol=1e-5)
    [looked] = inspect(one, "attention").as_dict()["examples"]
    assert looked["rows"] == ["hop 1", "hop 2"]
    np.testing.assert_allclose(np.sum(looked["weights"], (1, 2)), 1, rtol=1e-5)


def test_pixels_that_words_of_a_caption_hang_on(make):
    model = Captioner(["a", "dog", "runs"], SIDE, filters=2, embedding_dim=4, units=5)
    training = make("captioning", model, images(1), image_size=SIDE, max_length=3)
    one = subject(training, captioning.CaptionExplainer(training), captioning.attention_of(training))
    found = inspect(one, "saliency").as_dict()["examples"]
    looked = inspect(one, "attention").as_dict()["examples"][0]
    assert complete(found)
    assert [each["answer"] for each in found] == looked["rows"]
    assert looked["item"].startswith(f"{found[0]['item']} (")
    pixels = np.stack([decode_image(base64.b64decode(images(1)[0]), SIDE)]).astype("float32")
    search = dataclasses.replace(training.search, n_best=3)
    beam = search(training.load_model().step, training.load_model().encode(pixels), 1, tf.constant([4]), BEGIN, END)
    for number in (1, 2, 3):
        looked = inspect(one, "attention", hypothesis=number).as_dict()["examples"][0]
        tokens = [int(token) for token in beam.tokens[0, number - 1] if token >= SPECIAL]
        assert looked["rows"] == [["a", "dog", "runs"][token - SPECIAL] for token in tokens]
        assert f"({beam.scores[0, number - 1]:.3f})" in looked["item"]
        weights = np.reshape(looked["weights"], [len(tokens), -1])
        np.testing.assert_allclose(weights, beam.alignments[0, number - 1, : len(tokens)], rtol=1e-4, atol=1e-6)
    with pytest.raises(UserError, match="hypothesis: expected an integer from 1 to 3, received 4"):
        inspect(one, "attention", hypothesis=4)


def test_another_caption_than_the_only_one_is_refused(make):
    model = Captioner(["a", "dog", "runs"], SIDE, filters=2, embedding_dim=4, units=5)
    training = make("captioning", model, images(1), image_size=SIDE, max_length=3, beam_width=1)
    one = subject(training, None, captioning.attention_of(training))
    with pytest.raises(UserError, match="hypothesis: expected 1 of a run that gives one answer, received 2"):
        inspect(one, "attention", hypothesis=2)


def test_a_question_of_one_word_is_explained(make):
    model = VisualAnswerer(["is", "it"], ["yes", "no", "red"], SIDE, filters=2, embedding_dim=4, units=5)
    training = make("visual_question_answering", model, [{"image": image, "question": "red?"} for image in images(1)])
    words, _ = inspect(subject(training, answering.AnswerExplainer(training)), "saliency", most_steps=16).as_dict()["examples"]
    assert words["tokens"] == ["red"]
    assert np.shape(words["attributions"][2]["weights"]) == (1,)


@pytest.mark.parametrize("attention", [True, False])
def test_pixels_that_a_drawing_hangs_on(make, attention):
    model = DrawingAutoencoder(SIDE, num_glimpses=2, attention=attention, read_size=3, write_size=4, units=5, latent_dim=3)
    training = make("drawing", model, images(2))
    found = inspect(subject(training, drawing.DrawingExplainer(training)), "saliency", examples=2).as_dict()["examples"]
    assert complete(found)
    assert np.shape(found[0]["attributions"][0]["weights"]) == (1, SIDE, SIDE)
    noise = training.predictor().noise([1], training.settings.seed)
    pixels = to_channels(decode_image(base64.b64decode(images(2)[1]), SIDE), 1)[np.newaxis].astype("float32")
    shown, nats = pixels[..., 0] / 255.0, []
    for read in (pixels, np.zeros_like(pixels)):
        canvas = np.array(training.load_model()({"images": read, "noise": noise})["canvases"])[:, -1].astype("float64")
        nats.append(np.sum(np.logaddexp(0, canvas) - shown * canvas))
    np.testing.assert_allclose(found[1]["score"], nats[1] - nats[0], rtol=1e-3, atol=1e-3)
    np.testing.assert_allclose(found[1]["attributions"][1]["change"], found[1]["score"], rtol=1e-3, atol=1e-5)
