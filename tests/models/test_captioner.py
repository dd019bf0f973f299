"""The model that writes captions: what its outputs depend on, how it is decoded, and its file."""

import numpy as np
import pytest
import tensorflow as tf

from toolkit.models import Captioner, load_model, start_from_model

WORDS = ["a", "dog", "cat"]


def captioner(**changes):
    model = Captioner(WORDS, **{"image_size": 16, "filters": 2, "embedding_dim": 4, "units": 5, **changes})
    model.build()
    return model


def inputs():
    images = np.random.default_rng(0).uniform(0, 255, (2, 16, 16, 3)).astype(np.float32)
    return {"images": images, "tokens": np.array([[[2, 4, 5], [2, 6, 0]], [[2, 1, 0], [0, 0, 0]]], np.int32)}


@pytest.mark.parametrize("attention", ["none", "soft"])
@pytest.mark.parametrize("cell", ["lstm", "gru"])
def test_a_step_gives_what_all_steps_at_once_give(attention, cell):
    model, batch = captioner(attention=attention, cell=cell), inputs()
    outputs = model(batch)
    assert (outputs["logits"].shape, outputs["attention"].shape) == ((2, 2, 3, 7), (2, 2, 3, 4))
    np.testing.assert_allclose(np.sum(outputs["attention"], -1), attention == "soft", atol=1e-6)  # single precision
    state = model.encode(batch["images"])
    for step in range(3):
        logits, state = model.step(tf.constant(batch["tokens"][:, 0, step]), state)
        np.testing.assert_allclose(logits, outputs["logits"][:, 0, step], atol=1e-6)
        np.testing.assert_allclose(state["alignment"], outputs["attention"][:, 0, step], atol=1e-6)


def test_later_words_and_other_captions_change_nothing():
    model, batch = captioner(), inputs()
    alone = model({"images": batch["images"][:1], "tokens": batch["tokens"][:1, :1, :2]})
    np.testing.assert_allclose(model(batch)["logits"][0, 0, :2], alone["logits"][0, 0], atol=1e-6)  # single precision


@pytest.mark.parametrize("attention", ["none", "soft"])
def test_words_depend_on_the_image(attention):
    model, batch = captioner(attention=attention), inputs()
    other = model({**batch, "images": batch["images"][::-1].copy()})
    assert np.abs(model(batch)["logits"] - other["logits"]).max() > 1e-3


def test_a_file_gives_the_same_model(tmp_path):
    model = captioner(attention="none", cell="gru")
    model.save(tmp_path / "model.keras")
    loaded = load_model(tmp_path / "model.keras")
    np.testing.assert_array_equal(model(inputs())["logits"], loaded(inputs())["logits"])
    assert loaded.get_config() == model.get_config()


@pytest.mark.parametrize(("name", "value"), [("units", 0), ("image_size", 7), ("attention", "hard"), ("dropout", 1.5)])
def test_an_argument_that_is_out_of_range_is_refused(name, value):
    with pytest.raises(ValueError, match=name):
        captioner(**{name: value})


@pytest.mark.slow
def test_features_of_the_backbone_stand_in_for_the_images(tmp_path):
    model = captioner(backbone="efficientnet_lite0", image_size=40)
    images = np.random.default_rng(0).uniform(0, 255, (2, 40, 40, 3)).astype(np.float32)
    tokens = inputs()["tokens"]
    features = model.image_encoder(images)
    assert features.shape == (2, 2, 2, 320)
    outputs = model({"images": images, "tokens": tokens})["logits"]
    np.testing.assert_allclose(model({"images": features, "tokens": tokens})["logits"], outputs, atol=1e-5)  # single precision
    known = {id(weight) for weight in model.image_encoder.weights}
    assert not any(id(weight) in known for weight in model.trainable_weights)
    model.save(tmp_path / "model.keras")
    loaded = load_model(tmp_path / "model.keras")
    np.testing.assert_allclose(loaded({"images": images, "tokens": tokens})["logits"], outputs, atol=1e-5)
    assert len(loaded.trainable_weights) == len(model.trainable_weights)


@pytest.mark.slow
def test_a_backbone_is_trained_along_only_if_it_is_said(tmp_path):
    frozen, tuned = (captioner(backbone="efficientnet_lite0", image_size=32, fine_tune=said) for said in (False, True))
    encoder = {id(weight) for weight in tuned.image_encoder.trainable_weights}
    assert encoder <= {id(weight) for weight in tuned.trainable_weights}
    assert len(tuned.trainable_weights) == len(frozen.trainable_weights) + len(encoder)
    tuned.set_weights([np.random.default_rng(0).uniform(0.1, 0.5, weight.shape) for weight in tuned.weights])
    start_from_model(frozen, tuned)
    asked = {**inputs(), "images": np.random.default_rng(0).uniform(0, 255, (2, 32, 32, 3)).astype(np.float32)}
    for training in (False, True):  # its batch normalisation goes by what it has learned
        np.testing.assert_allclose(frozen(asked, training=training)["logits"], tuned(asked)["logits"], rtol=1e-5, atol=1e-5)
    tuned.save(tmp_path / "model.keras")
    assert load_model(tmp_path / "model.keras").image_encoder.trainable
