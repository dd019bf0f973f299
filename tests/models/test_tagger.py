"""The tagger: what its outputs depend on, and its file."""

import numpy as np
import pytest

from toolkit.models import load_model
from toolkit.models.tagger import Tagger

WORDS, CHARACTERS = ["the", "cat", "sat"], list("acehst")


def tagger(**changes):
    settings = {"word_length": 4, "embedding_dim": 4, "units": 3, "character_dim": 3, "character_units": 2, **changes}
    return Tagger(WORDS, CHARACTERS, ["N", "V", "D"], **settings)


def inputs():
    random = np.random.default_rng(0)
    tokens = np.array([[2, 3, 4, 1, 0], [3, 0, 0, 0, 0]], np.int32)
    return {"tokens": tokens, "characters": random.integers(1, 8, (2, 5, 4)).astype(np.int32) * (tokens > 0)[..., None]}


def test_a_logit_for_each_tag_of_each_word():
    assert tagger()(inputs()).shape == (2, 5, 3)
    assert tagger(character_units=0)({"tokens": inputs()["tokens"]}).shape == (2, 5, 3)


@pytest.mark.parametrize(
    "changes", [{}, pytest.param({"num_layers": 2, "cell": "gru"}, marks=pytest.mark.slow), {"character_units": 0}, {"crf": False}]
)
def test_padding_changes_nothing(changes):
    model, batch = tagger(**changes), inputs()
    alone = {name: values[1:, :1] for name, values in batch.items()}
    if not model.character_units:
        batch.pop("characters"), alone.pop("characters")
    np.testing.assert_allclose(model(batch)[1, :1], model(alone)[0], atol=1e-6)  # single precision


def test_an_unknown_word_is_read_by_its_characters():
    model, batch = tagger(), inputs()
    other = {**batch, "characters": batch["characters"].copy()}
    other["characters"][0, 3, 0] = 1 + other["characters"][0, 3, 0] % 7
    assert np.abs(model(batch) - model(other)).max() > 1e-5


def test_each_word_sees_the_whole_sentence():
    model, batch = tagger(), inputs()
    other = {**batch, "tokens": np.where(batch["tokens"] == 2, 4, batch["tokens"])}
    assert (np.abs(model(batch) - model(other))[0, :4].max(-1) > 1e-7).all()


@pytest.mark.parametrize("crf", [True, False])
def test_a_file_holds_vocabulary_tags_and_weights(tmp_path, crf):
    model = tagger(crf=crf)
    if crf:
        model.chain.between.assign(np.arange(9.0).reshape(3, 3))
    model.save(tmp_path / "model.keras")
    loaded = load_model(tmp_path / "model.keras")
    assert (loaded.words, loaded.characters, loaded.tag_names) == (WORDS, CHARACTERS, ["N", "V", "D"])
    np.testing.assert_array_equal(model(inputs()), loaded(inputs()))
    for one, other in zip(model.get_weights(), loaded.get_weights(), strict=True):
        np.testing.assert_array_equal(one, other)
    assert (loaded.chain is not None) == crf


@pytest.mark.slow
def test_dropout_is_for_training():
    model = tagger(word_dropout=0.5, input_dropout=0.5, output_dropout=0.5)
    np.testing.assert_array_equal(model(inputs()), model(inputs()))
    assert np.abs(model(inputs(), training=True) - model(inputs())).max() > 1e-3


@pytest.mark.parametrize(
    ("name", "value"),
    [("word_length", 1), ("character_units", -1), ("embedding_dim", 0), ("num_layers", 0), ("output_dropout", 1.0), ("word_dropout", -0.1)],
)
def test_arguments_out_of_range_are_refused(name, value):
    with pytest.raises(ValueError, match=r"Argument `.*` must be"):
        tagger(**{name: value})


def test_one_tag_is_none():
    with pytest.raises(ValueError, match="at least two names"):
        Tagger(WORDS, CHARACTERS, ["N"])
