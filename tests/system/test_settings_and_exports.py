"""Every setting that is offered is exported: a pairwise covering set of tiny models, in every format."""

import dataclasses
import gc
import importlib

import pytest

from benchmarks.covering.factors import alone_in, factors_of, is_possible, settings_of, short_factors_of
from benchmarks.covering.pairwise import covering_set, wanted_in
from benchmarks.covering.texts import write_texts
from toolkit.cells import CELLS
from toolkit.cli.recipes import RECIPES, find_recipe

FLAT = {
    "captioning": {"attention": "none", "beam_width": 1},
    "sentiment": {"tokenizer": "bpe", "max_length": 20},  # in hundreds of steps a cell that has hardly learned may let a rounding grow
    "translation": {"tokenizer": "bpe", "max_length": 20, "encoder_layers": 1, "decoder_layers": 1, "beam_width": 1},
    "language_model": {"tokenizer": "bpe", "num_layers": 1},
    "tagging": {"max_length": 20, "character_units": 16},
    "visual_question_answering": {"max_length": 20, "attention_hops": 1},
    "frames": {"num_layers": 1, "bidirectional": True},
    "glimpses": {"objects": 1, "glimpses": 3},
    "drawing": {"attention": True, "glimpses": 3},
}


OF_TEXTS = ("sentiment", "tagging", "translation", "language_model")
"""Recipes a quarter of whose short set is part of the slow tier; the rest, and that of others, whose own tests export them, is left to the
covering tier."""


def configurations(factors, alone):
    """The covering sets of all recipes, as parameters of a test."""
    return [
        pytest.param(name, configuration, id=f"{name}-{number}", marks=() if name in OF_TEXTS and number % 4 == 1 else pytest.mark.covering)
        for name, recipe in ((name, find_recipe(name)) for name in RECIPES)
        for number, configuration in enumerate(covering_set(factors(recipe), is_possible(recipe), seed=0, alone=alone(recipe)))
    ]


OF_ALL, OF_OPERATORS = configurations(factors_of, lambda recipe: ()), configurations(short_factors_of, alone_in)


@pytest.mark.parametrize("name", RECIPES)
@pytest.mark.parametrize(
    ("parameters", "factors", "alone"), [(OF_ALL, factors_of, lambda recipe: ()), (OF_OPERATORS, short_factors_of, alone_in)]
)
def test_each_pair_of_values_that_can_meet_does(parameters, factors, alone, name):
    recipe = find_recipe(name)
    found = [parameter.values[1].items() for parameter in parameters if parameter.values[0] == name]
    possible = is_possible(recipe)
    for wanted in wanted_in(factors(recipe), alone(recipe)):
        assert possible(dict(wanted)) == any(items >= set(wanted) for items in found)


@pytest.fixture(scope="module")
def data(tmp_path_factory):
    return write_texts(tmp_path_factory.mktemp("texts"))


def failures(name, settings, folder):
    exported = importlib.import_module("benchmarks.covering.exported")  # and TensorFlow with it, which the set itself does not need
    found = exported.failures(find_recipe(name), settings, folder, eagerly=True)
    gc.collect()
    gc.freeze()  # graphs that live on are not looked through again and again while the next ones are traced
    return found


@pytest.mark.covering
@pytest.mark.parametrize(("name", "configuration"), OF_ALL)
def test_what_is_offered_is_exported(name, configuration, data, tmp_path):
    assert failures(name, settings_of(find_recipe(name), configuration, data), tmp_path) == {}


@pytest.mark.slow
@pytest.mark.parametrize(("name", "configuration"), OF_OPERATORS)
def test_what_changes_the_operators_is_exported(name, configuration, data, tmp_path):
    assert failures(name, settings_of(find_recipe(name), configuration, data), tmp_path) == {}


@pytest.mark.covering
@pytest.mark.parametrize("cell", CELLS)
@pytest.mark.parametrize("name", RECIPES)
def test_every_cell_is_trained_and_exported(name, cell, data, tmp_path):
    settings = settings_of(find_recipe(name), {"cell": cell, **FLAT[name]}, data)
    # Four numbers that are normalised are little more than their signs, which rounded weights change.
    settings = dataclasses.replace(settings, **{name: 16 for name in ("units", "embedding_dim") if hasattr(settings, name)})
    assert failures(name, settings, tmp_path) == {}
