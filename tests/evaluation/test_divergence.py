"""Finite figures that say that a model is of no use."""

import math

import pytest

from toolkit.evaluation.divergence import of_confusion, of_perplexity


@pytest.mark.parametrize("perplexity", [1632, 1e300, math.inf, math.nan])
def test_a_model_worse_than_a_guess_has_diverged(perplexity):
    trouble = of_perplexity(perplexity, 600)
    assert trouble.diverged
    assert trouble.text.endswith("that of a uniform guess 600")


@pytest.mark.parametrize("perplexity", [1.0, 600, 700])  # before the first step it is a little above the number of tokens
def test_a_model_of_few_steps_has_not(perplexity):
    assert of_perplexity(perplexity, 600) is None


@pytest.mark.parametrize(
    ("confusion", "certain"),
    [
        ([[10, 0], [10, 0]], True),
        ([[0, 10, 0], [0, 90, 0], [0, 0, 0]], True),
        ([[3, 0], [1, 0]], False),  # four texts: it may be chance
    ],
)
def test_one_label_for_everything_is_named(confusion, certain):
    trouble = of_confusion(confusion, ["ham", "spam", "none"][: len(confusion)])
    assert (trouble.diverged, trouble.certain) == (False, certain)
    assert f"all of the {sum(map(sum, confusion))} held-out texts the label" in trouble.text


@pytest.mark.parametrize("confusion", [[[10, 0], [9, 1]], [[20, 0], [0, 0]], [[5, 5], [5, 5]]])
def test_several_labels_or_texts_of_one_are_no_trouble(confusion):
    assert of_confusion(confusion, ["ham", "spam"]) is None
