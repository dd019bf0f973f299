import json

import keras
import numpy as np
import pytest
import tensorflow as tf

from toolkit.evaluation.likelihood import Likelihood
from toolkit.json_text import to_json
from toolkit.models.language_model import LanguageModel
from toolkit.tasks.language_model.measures import passage_nats, text_nats

VOCABULARY = 9


def model(cell: str) -> LanguageModel:
    keras.utils.set_random_seed(0)
    made = LanguageModel(VOCABULARY, embedding_dim=4, units=6, num_layers=2, cell=cell)
    made.build(None)
    for variable in made.trainable_variables:
        variable.assign(3 * variable)  # far from a uniform distribution
    return made


def documents(*lengths: int) -> list[np.ndarray]:
    random = np.random.default_rng(1)
    return [np.concatenate([[2], random.integers(1, VOCABULARY, length)]).astype("int32") for length in lengths]


def unchunked(language_model, document) -> float:
    log_p = tf.nn.log_softmax(language_model(document[None, :-1])[0][0])
    return -float(tf.reduce_sum(tf.gather(log_p, document[1:], batch_dims=1)))


@pytest.mark.slow
@pytest.mark.parametrize("cell", ["gru", "lstm", "simple_rnn"])
def test_windows_change_nothing(cell):
    language_model, texts = model(cell), documents(100, 1, 37, 64, 0, 5)
    expected = sum(unchunked(language_model, text) for text in texts if len(text) > 1)
    for options in ({}, {"window": 32}, {"window": 7, "rows": 2}, {"window": 1, "rows": 1}):
        np.testing.assert_allclose(text_nats(language_model, texts, **options), expected, rtol=1e-5, err_msg=str(options))


def test_passages_are_parts_of_documents():
    language_model, texts = model("gru"), documents(3, 40)
    passages = passage_nats(language_model, texts, window=32, rows=1)
    assert [*zip(*passages[:3], strict=True)] == [(1, 0, 32), (1, 32, 8), (0, 0, 3)]
    expected = [unchunked(language_model, texts[1][:33]), unchunked(language_model, texts[1]), unchunked(language_model, texts[0])]
    expected[1] -= expected[0]
    np.testing.assert_allclose(passages.nats, expected, rtol=1e-4)


def test_nothing_has_no_nats():
    assert text_nats(model("gru"), []) == 0
    assert text_nats(model("gru"), documents(0)) == 0


def test_the_measures_are_those_of_their_definitions():
    # A byte costs one bit: 2 tokens of 3 characters each, one of which takes two bytes in UTF-8.
    result = Likelihood(nats=8 * np.log(2), tokens=2, characters=6, bytes=8)
    assert result.bits_per_byte == pytest.approx(1)
    assert result.bits_per_character == pytest.approx(8 / 6)
    assert result.perplexity == pytest.approx(2**4)
    assert Likelihood.from_dict(result.as_dict()) == result
    assert "unknown" not in str(result)


@pytest.mark.parametrize("nats", [1e9, np.inf])
def test_a_model_that_has_diverged_is_measured(nats):
    result = Likelihood(nats=nats, tokens=1, characters=1, bytes=1, unknown=1)
    assert result.perplexity == np.inf
    assert "perplexity          infinite" in str(result)
    assert Likelihood.from_dict(json.loads(to_json(result.as_dict()))) == result
    assert "perplexity          5.18e+21" in str(Likelihood(nats=50, tokens=1, characters=1, bytes=1))
