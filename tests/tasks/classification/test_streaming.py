import itertools

import numpy as np

from toolkit.models import TextClassifier
from toolkit.tasks.classification.functions import classifier_runner
from toolkit.tasks.classification.predictor import Predictor
from toolkit.text.tokenizer import Tokenizer

TEXTS = ["one", "", "two three " * 30, "four", "five six"]


def predictor():
    tokenizer = Tokenizer.train(TEXTS, 300)
    model = TextClassifier(tokenizer.vocabulary_size, ["no", "yes"], embedding_dim=4, units=3)
    return Predictor(classifier_runner(model), model.label_names, tokenizer, max_length=16)


def test_batches_change_nothing():
    whole = predictor()
    labels, probabilities = whole.predict(TEXTS)
    streamed = list(whole.predict_lines(TEXTS, batch_size=2))
    assert [answer.text for answer in streamed] == TEXTS
    assert [answer.label for answer in streamed] == labels
    np.testing.assert_allclose([answer.probabilities for answer in streamed], probabilities, rtol=0, atol=1e-6)  # single precision


def test_an_endless_stream_is_answered_as_it_comes():
    read = itertools.count()
    texts = (f"text {next(read)}" for _ in itertools.repeat(None))
    answers = predictor().predict_lines(texts, batch_size=3)
    assert [next(answers).text for _ in range(4)] == ["text 0", "text 1", "text 2", "text 3"]
    assert next(read) == 6  # two batches of three were read, no more
