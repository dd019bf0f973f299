"""From token ids to probabilities, by a model in this process."""

import numpy as np
import pytest
import tensorflow as tf

from toolkit.layers.recurrent.time_loop import BACKENDS
from toolkit.models import TextClassifier
from toolkit.tasks.classification.functions import classifier_runner, probability_function
from toolkit.tasks.classification.probabilities import predict_probabilities, probabilities_of


@pytest.fixture(scope="module")
def model():
    return TextClassifier(20, ["no", "maybe", "yes"], embedding_dim=4, units=3)


@pytest.fixture(scope="module")
def tokens():
    random = np.random.default_rng(0)
    return [random.integers(1, 20, length) for length in (5, 0, 70, 3, 200, 1)]


@pytest.mark.parametrize("loop", BACKENDS)
def test_each_text_gets_its_own_answer_in_order(model, tokens, loop):
    received = predict_probabilities(probability_function(model, loop), tokens, tokens_per_batch=128)
    for ids, row in zip(tokens, received, strict=True):
        padded = np.zeros((1, max(len(ids), 1)), np.int32)
        padded[0, : len(ids)] = ids
        np.testing.assert_allclose(row, tf.nn.softmax(model(padded))[0], rtol=0, atol=1e-6)  # single precision


def test_no_shape_is_traced_anew(model, tokens):
    probabilities = probability_function(model)
    predict_probabilities(probabilities, tokens)
    predict_probabilities(probabilities, tokens[:2])
    assert probabilities.experimental_get_tracing_count() == 1


def test_texts_that_are_read_alone_get_the_same_answers(model, tokens):
    runner = classifier_runner(model)
    alone, together = (probabilities_of(runner, tokens, size) for size in (None, 128))
    np.testing.assert_allclose(alone, together, rtol=0, atol=1e-6)  # single precision
