"""In what precision a recipe multiplies where nobody has said so."""

from pathlib import Path
from types import SimpleNamespace

import pytest

from recipes import language_model, sentiment, translation
from toolkit.operating_system import multiplies_bfloat16
from toolkit.tasks import choice
from toolkit.tasks.registry import find_task


@pytest.mark.parametrize(
    ("flags", "multiplies"), [("flags : avx512f avx512_bf16 amx_tile", True), ("Features : fp bf16 sve", True), ("flags : avx512f", False)]
)
def test_the_flags_of_the_processor_say_it(flags, multiplies, monkeypatch):
    monkeypatch.setattr(Path, "read_text", lambda *_: f"model name : bf16ish\n{flags}\n")
    assert multiplies_bfloat16() == multiplies


def test_an_operating_system_that_does_not_say_has_none(monkeypatch):
    def missing(*_):
        raise FileNotFoundError

    monkeypatch.setattr(Path, "read_text", missing)
    assert not multiplies_bfloat16()


@pytest.mark.parametrize(("multiplies", "precision"), [(True, "bfloat16"), (False, "float32")])
def test_it_is_that_in_which_the_processor_is_fast(multiplies, precision, monkeypatch):
    monkeypatch.setattr(choice, "multiplies_bfloat16", lambda: multiplies)
    assert choice.precision_choice().value == precision


@pytest.mark.parametrize(
    ("recipe", "given", "pieces", "has_large"),
    [
        (language_model, {}, 512, True),
        (language_model, {}, 511, False),
        (language_model, {"cell": "qrnn"}, 60, True),
        (translation, {}, 8000, True),
        (translation, {}, 100, False),
        (translation, {"encoder_cell": "sru"}, 100, True),
        (sentiment, {}, 16_000, False),
        (sentiment, {"cell": "min_gru"}, 16_000, True),
    ],
)
def test_large_products_are_those_of_a_vocabulary_and_of_all_steps(recipe, given, pieces, has_large):
    tokenizer = SimpleNamespace(vocabulary_size=pieces)
    data = SimpleNamespace(tokenizer=tokenizer, target_tokenizer=tokenizer)
    run = find_task(recipe.RECIPE.task).part("training")(recipe.RECIPE, recipe.Settings(**given), None)
    assert run._multiplies_large_matrices(data) == has_large
