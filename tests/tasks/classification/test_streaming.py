import itertools
from argparse import Namespace

import numpy as np

from toolkit.models import TextClassifier
from toolkit.tasks.classification.command import Labeling
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
    streamed = list(Labeling().answers(whole, [TEXTS[:2], TEXTS[2:4], TEXTS[4:]], Namespace(explain=False)))
    assert [answer["text"] for answer in streamed] == TEXTS
    assert [answer["label"] for answer in streamed] == labels
    found = [[*answer["probabilities"].values()] for answer in streamed]
    np.testing.assert_allclose(found, probabilities, rtol=0, atol=2e-6)  # single precision, rounded to six places


def test_an_endless_stream_is_answered_as_it_comes():
    read = itertools.count()
    batches = ([f"text {next(read)}" for _ in range(3)] for _ in itertools.repeat(None))
    answers = Labeling().answers(predictor(), batches, Namespace(explain=False))
    assert [next(answers)["text"] for _ in range(4)] == ["text 0", "text 1", "text 2", "text 3"]
    assert next(read) == 6  # two batches of three were read, no more
