import numpy as np
import pytest

from recipes.sentiment import Settings
from toolkit.tasks.classification.choices import buckets_for, choices, tokenizer_for
from toolkit.tasks.classification.settings import LabeledTextSettings
from toolkit.text.script import Script
from toolkit.text.tokenizer import Tokenizer

PIECES, CHARACTERS = (Tokenizer.train(["a film that stays"], 300, model_type) for model_type in ("bpe", "char"))


def chosen(number, length, **given):
    found = choices(LabeledTextSettings(tokenizer="bpe", **given), PIECES, [np.ones(length, np.int32)] * number, 2)
    return {name: choice.value for name, choice in found.items() if name != "ema_momentum"}


@pytest.mark.parametrize(
    ("number", "length", "batch", "epochs"),
    [(5452, 11, 1024, 10), (6000, 50, 2048, 10), (27000, 230, 8192, 3), (300_000, 15, 1024, 4), (1, 1, 1024, 10)],
)
def test_few_short_texts_get_small_batches_and_many_epochs(number, length, batch, epochs):
    assert chosen(number, length) == {"tokens_per_batch": batch, "epochs": epochs}


@pytest.mark.parametrize(("word_dropout", "epochs"), [(0.0, 3), (0.2, 9)])
def test_what_is_read_with_other_gaps_is_read_more_often(word_dropout, epochs):
    settings = Settings(tokenizer="bpe", word_dropout=word_dropout)
    assert choices(settings, PIECES, [np.ones(200, np.int32)] * 27_000, 2)["epochs"].value == epochs


def test_what_is_given_is_not_chosen():
    assert chosen(100, 10, epochs=3, tokens_per_batch=512) == {}
    assert chosen(100, 10, epochs=3).keys() == {"tokens_per_batch"}


@pytest.mark.parametrize(
    ("tokens", "labels", "buckets"),
    [(60_000, 4, 65521), (250_000, 2, 262139), (5_000_000, 2, 1048573), (5_000_000, 77, 65521), (5_000_000, 3000, 16381)],
)
def test_the_table_of_ngrams_is_as_large_as_the_texts_need_and_the_labels_allow(tokens, labels, buckets):
    assert buckets_for(Settings(), tokens, labels) == buckets
    assert buckets_for(Settings(ngram_buckets=99), tokens, labels) == 99


@pytest.mark.parametrize(
    ("given", "number", "momentum"),
    [({}, 20, 0.0), ({}, 6400, 0.99), ({"epochs": 20}, 6400, 0.995), ({"steps": 400}, 6400, 0.95)],
)
def test_the_average_is_over_a_twentieth_of_the_steps(given, number, momentum):
    assert choices(LabeledTextSettings(**given), PIECES, [np.ones(9, np.int32)] * number, 2)["ema_momentum"].value == momentum


def test_an_average_of_another_kind_takes_no_momentum():
    assert "ema_momentum" not in choices(LabeledTextSettings(optimizer="asgd"), PIECES, [np.ones(9, np.int32)] * 100, 2)


def test_texts_without_tokens_are_texts():
    assert choices(LabeledTextSettings(), PIECES, [np.empty(0, np.int32)], 2)["epochs"].value == 10


def test_each_choice_has_its_reason():
    for choice in choices(LabeledTextSettings(tokenizer="bpe"), PIECES, [np.ones(7, np.int32)] * 1234, 2).values():
        assert any(fact in choice.reason for fact in ("1,234", "7 tokens", "390 steps", "8,638 tokens"))


@pytest.mark.parametrize(
    ("text", "tokenizer", "kind", "ngrams"),
    [("a film that stays", PIECES, "bpe", 2), ("味道很好送餐也快下次还会再点的谢谢", CHARACTERS, "char", 3)],
)
def test_characters_are_the_tokens_where_no_spaces_part_words(text, tokenizer, kind, ngrams):
    assert tokenizer_for(Settings(), lambda: Script.of([text])) == kind
    assert tokenizer_for(Settings(tokenizer="unigram"), lambda: Script.of([text])) == "unigram"
    found = choices(Settings(), tokenizer, [np.ones(7, np.int32)], 2)
    assert (found["tokenizer"].value, found["ngrams"].value) == (kind, ngrams)


def test_the_kind_of_a_tokenizer_that_was_brought_is_not_chosen():
    assert "tokenizer" not in choices(Settings(tokenizer_model="words.model"), PIECES, [np.ones(7, np.int32)], 2)
