"""Every setting that is offered is exported: a pairwise covering set of tiny models, in every format."""

import importlib
import itertools

import pytest

from benchmarks.covering.factors import factors_of, is_possible, settings_of
from benchmarks.covering.pairwise import covering_set
from benchmarks.covering.texts import write_texts
from toolkit.cli.recipes import RECIPES, find_recipe

CONFIGURATIONS = [
    pytest.param(name, configuration, id=f"{name}-{number}")
    for name in RECIPES
    for number, configuration in enumerate(covering_set(factors_of(find_recipe(name)), is_possible(find_recipe(name)), seed=0))
]


@pytest.mark.parametrize("name", RECIPES)
def test_each_pair_of_values_that_can_meet_does(name):
    recipe = find_recipe(name)
    factors, possible = factors_of(recipe), is_possible(recipe)
    configurations = [configuration.values[1] for configuration in CONFIGURATIONS if configuration.values[0] == name]
    for (one, ones), (other, others) in itertools.combinations(factors.items(), 2):
        met = {(configuration[one], configuration[other]) for configuration in configurations}
        assert met == {pair for pair in itertools.product(ones, others) if possible(dict(zip((one, other), pair, strict=True)))}


@pytest.fixture(scope="module")
def data(tmp_path_factory):
    return write_texts(tmp_path_factory.mktemp("texts"))


def failures(name, settings, folder):
    exported = importlib.import_module("benchmarks.covering.exported")  # and TensorFlow with it, which the set itself does not need
    return exported.failures(find_recipe(name), settings, folder)


@pytest.mark.covering
@pytest.mark.parametrize(("name", "configuration"), CONFIGURATIONS)
def test_what_is_offered_is_exported(name, configuration, data, tmp_path):
    assert failures(name, settings_of(find_recipe(name), configuration, data), tmp_path) == {}


@pytest.mark.slow
@pytest.mark.parametrize("layers", [3, 4, 8])
def test_decoders_of_any_depth_are_exported(layers, data, tmp_path):
    depth = {"encoder_layers": 1, "decoder_layers": layers, "tokenizer": "bpe"}
    assert failures("translation", settings_of(find_recipe("translation"), depth, data), tmp_path) == {}
