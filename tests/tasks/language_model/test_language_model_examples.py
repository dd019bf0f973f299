import math

import numpy as np
import pytest

from toolkit.evaluation.likelihood import Likelihood
from toolkit.tasks.language_model.examples import measured_passages
from toolkit.tasks.language_model.measures import Passages
from toolkit.text.tokenizer import Tokenizer

TEXTS = ["to be or not to be that is the question", "whether it is nobler in the mind to suffer"]


class Ids:
    """As much of a token file as is read."""

    def __init__(self, documents):
        self.ids = np.concatenate(documents)
        self.lengths = np.array([len(document) for document in documents])


@pytest.fixture(scope="module")
def tokenizer():
    return Tokenizer.train(TEXTS * 20, 40, "char", byte_fallback=False)


@pytest.fixture(scope="module")
def file(tokenizer):
    return Ids(tokenizer.encode(TEXTS))


def likelihood(nats, tokens):
    characters = sum(map(len, TEXTS))
    return Likelihood(float(np.sum(nats)), int(np.sum(tokens)), characters, characters)


def test_documents(file, tokenizer):
    tokens = file.lengths + 1  # and the end of each
    nats = np.array([2.0, 3.0]) * tokens
    passages = Passages(np.array([1, 0]), np.zeros(2, int), tokens[::-1], nats[::-1])
    result = likelihood(nats, tokens)
    summary = measured_passages(passages, file, tokenizer, result, continuous=False).summary()
    scores = {score["name"]: score["value"] for score in summary["scores"]}
    assert scores["perplexity"] == pytest.approx(result.perplexity)
    assert scores["nats per token"] == pytest.approx(result.nats_per_token)
    assert scores["bits per character"] == pytest.approx(result.bits_per_character)
    assert summary["examples"] == "documents"
    assert [(example["text"], example["score"]) for example in summary["worst"]["examples"]] == [(TEXTS[1], 3), (TEXTS[0], 2)]


def test_a_document_of_several_passages(file, tokenizer):
    first, second = (int(length) + 1 for length in file.lengths)
    tokens = np.array([10, first - 10, second])
    passages = Passages(np.array([0, 0, 1]), np.array([0, 10, 0]), tokens, np.array([1.0, 3.0, 2.0]) * tokens)
    result = likelihood(passages.nats, passages.tokens)
    summary = measured_passages(passages, file, tokenizer, result, continuous=False).summary()
    values = [passages.nats[:2].sum() / first, 2]
    assert [group["value"] for group in summary["slices"][0]["groups"]] == pytest.approx(values)
    assert summary["worst"]["examples"][0]["text"] == TEXTS[0][10:]


def test_passages_of_one_text(file, tokenizer):
    document = Ids([np.concatenate([file.ids, file.ids])])
    half = len(file.ids)
    passages = Passages(np.zeros(2, int), np.array([0, half]), np.array([half, half]), np.array([1.0, 5.0]) * half)
    summary = measured_passages(passages, document, tokenizer, likelihood(passages.nats, passages.tokens), continuous=True).summary()
    assert summary["scores"][0]["value"] == pytest.approx(math.exp(3))
    assert summary["examples"] == "passages"
    assert [group["value"] for group in summary["slices"][0]["groups"]] == [1, 5]
    assert summary["worst"]["examples"][0]["score"] == 5
