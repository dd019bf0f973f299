import dataclasses

import numpy as np
import pytest

from toolkit.tasks.classification.choices import choices
from toolkit.tasks.classification.settings import LabeledTextSettings


def chosen(number, length, **given):
    found = choices(LabeledTextSettings(**given), [np.ones(length, np.int32)] * number)
    return {name: choice.value for name, choice in found.items()}


@pytest.mark.parametrize(
    ("number", "length", "batch", "epochs"),
    [(5452, 11, 1024, 10), (6000, 50, 2048, 10), (27000, 230, 8192, 2), (300_000, 15, 1024, 3), (1, 1, 1024, 10)],
)
def test_few_short_texts_get_small_batches_and_many_epochs(number, length, batch, epochs):
    assert chosen(number, length) == {"tokens_per_batch": batch, "epochs": epochs}


def test_what_is_given_is_not_chosen():
    assert chosen(100, 10, epochs=3, tokens_per_batch=512) == {}
    assert chosen(100, 10, epochs=3).keys() == {"tokens_per_batch"}


def test_texts_without_tokens_are_texts():
    assert choices(LabeledTextSettings(), [np.empty(0, np.int32)])["epochs"].value == 10


def test_each_choice_has_its_reason():
    for choice in choices(dataclasses.replace(LabeledTextSettings()), [np.ones(7, np.int32)] * 1234).values():
        assert "1,234" in choice.reason or "7 tokens" in choice.reason
