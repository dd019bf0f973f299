"""The model that answers questions about images: what its outputs depend on, and its file."""

import numpy as np
import pytest

from toolkit.models import VisualAnswerer, load_model

WORDS, ANSWERS = ["what", "is", "it"], ["yes", "no", "red"]


def answerer(**changes):
    settings = {"image_size": 16, "filters": 2, "embedding_dim": 4, "units": 5, **changes}
    return VisualAnswerer(WORDS, ANSWERS, **settings)


def inputs():
    images = np.random.default_rng(0).uniform(0, 255, (2, 16, 16, 3)).astype(np.float32)
    return {"images": images, "tokens": np.array([[[2, 3, 4], [3, 0, 0]], [[4, 1, 0], [0, 0, 0]]], np.int32)}


@pytest.mark.parametrize("hops", [1, 3])
def test_logits_and_attention_of_each_question(hops):
    outputs = answerer(attention_hops=hops)(inputs())
    assert outputs["logits"].shape == (2, 2, 3)
    assert outputs["attention"].shape == (2, 2, hops, 4)
    np.testing.assert_allclose(np.sum(outputs["attention"], -1), 1, atol=1e-6)  # single precision
    assert np.isfinite(outputs["logits"]).all()  # also where a question has no words


def test_padding_and_other_questions_change_nothing():
    model, batch = answerer(), inputs()
    alone = model({"images": batch["images"][:1], "tokens": batch["tokens"][:1, 1:, :1]})
    np.testing.assert_allclose(model(batch)["logits"][0, 1], alone["logits"][0, 0], atol=1e-6)  # single precision


def test_the_answer_depends_on_image_and_question():
    model, batch = answerer(), inputs()
    model.get_layer("memory").kernel.assign(model.get_layer("memory").kernel * 10)
    before = model(batch)["logits"]
    other = model({**batch, "images": batch["images"][::-1].copy()})["logits"]
    assert np.abs(before - other).max() > 1e-5
    assert np.abs(before[:, 0] - before[:, 1]).max() > 1e-5


def test_a_blind_model_sees_no_image():
    model, batch = answerer(blind=True), inputs()
    np.testing.assert_array_equal(model(batch)["logits"], model({**batch, "images": 255 - batch["images"]})["logits"])


def test_a_file_holds_words_answers_and_weights(tmp_path):
    model = answerer(cell="gru")
    model.save(tmp_path / "model.keras")
    loaded = load_model(tmp_path / "model.keras")
    assert (loaded.words, loaded.answers, loaded.image_size) == (WORDS, ANSWERS, 16)
    np.testing.assert_array_equal(model(inputs())["logits"], loaded(inputs())["logits"])


@pytest.mark.parametrize(
    ("name", "value"), [("image_size", 4), ("filters", 0), ("units", 0), ("attention_hops", 0), ("dropout", 1.0), ("embedding_dim", 0)]
)
def test_arguments_out_of_range_are_refused(name, value):
    with pytest.raises(ValueError, match=r"Argument `.*` must be"):
        answerer(**{name: value})


def test_one_answer_is_none():
    with pytest.raises(ValueError, match="at least two answers"):
        VisualAnswerer(WORDS, ["yes"])
