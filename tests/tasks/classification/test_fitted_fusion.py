import numpy as np
import pytest

from toolkit.layers import Fusion
from toolkit.tasks.classification.fusion import LabeledTokens, fit_fusion, nats

TEXTS, LABELS = 4000, 3


@pytest.fixture(scope="module")
def held_out():
    labels = np.random.default_rng(0).integers(0, LABELS, TEXTS)
    return LabeledTokens([np.array([1])] * TEXTS, labels, np.ones(TEXTS))


def noisy(held_out, noise, seed):
    right = np.eye(LABELS)[held_out.labels]
    return right + noise * np.random.default_rng(seed).normal(size=right.shape)


def scales(logits, held_out):
    layer = Fusion()
    layer.build([(None, LABELS)] * len(logits))
    fit_fusion(layer, logits, held_out)
    return np.array(layer.scales)


def test_a_temperature_is_found(held_out):
    generator = np.random.default_rng(1)
    logits = generator.normal(size=(TEXTS, LABELS))
    probabilities = np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)
    labels = (probabilities.cumsum(axis=1) > generator.random((TEXTS, 1))).argmax(axis=1)
    [scale] = scales([5 * logits], held_out._replace(labels=labels))  # too sure of themselves
    assert scale == pytest.approx(1 / 5, rel=0.1)  # of 4,000 draws


def test_both_together_are_better_than_each(held_out):
    logits = [noisy(held_out, 0.8, seed) for seed in (2, 3)]
    both = scales(logits, held_out)
    fused = nats(np.tensordot(both, logits, 1), held_out)
    assert fused < min(nats(scales([each], held_out) * each, held_out) for each in logits) - 0.05
    assert both[0] == pytest.approx(both[1], rel=0.2)


def test_what_knows_nothing_gets_no_say(held_out):
    knows, guesses = noisy(held_out, 0.5, 4), np.random.default_rng(5).normal(size=(TEXTS, LABELS))
    both = scales([guesses, knows], held_out)
    assert both[0] < 0.1 < both[1]


def test_no_scale_is_negative(held_out):
    assert scales([noisy(held_out, 0.5, 4), -noisy(held_out, 0.5, 6)], held_out)[1] == 0


def test_weights_count(held_out):
    constant = np.tile([1.0, 0.0, 0.0], (TEXTS, 1))
    heavy = held_out._replace(weights=np.where(held_out.labels == 0, 10.0, 1.0))
    assert scales([constant], heavy)[0] > 1 > scales([constant], held_out)[0] + 0.5


def test_a_few_texts_that_a_model_is_right_about_do_not_make_it_sure_of_itself():
    logits = np.array([[1.0, -1.0], [-1.0, 1.0]])
    few = LabeledTokens([np.array([1])] * 2, np.array([0, 1]), np.ones(2))
    assert 1 < scales([logits], few)[0] < 2
