"""The penalty on attention that is spread unevenly."""

import numpy as np
import pytest
import tensorflow as tf

from toolkit.tasks.captioning.objective import CaptionObjective, unevenness

ATTENTION = np.array([[[[1, 0], [0, 1], [1, 0]], [[1, 0], [1, 0], [0, 1]]]], np.float32)  # two captions of three steps over two places
LABELS = np.array([[[4, 3, 0], [4, 4, 3]]], np.int32)


def test_words_that_look_at_each_place_once_cost_nothing():
    """The first caption has two words, one at each place; the second looks twice at one place and once at the other: 1 + 0, over 2."""
    np.testing.assert_allclose(unevenness(ATTENTION, LABELS, np.ones(LABELS.shape, np.float32)), [[0, 0.5]])


def test_a_caption_that_counts_nothing_costs_nothing():
    weights = np.array([[[1, 1, 0], [0, 0, 0]]], np.float32)
    np.testing.assert_allclose(unevenness(ATTENTION, LABELS, weights), [[0, 0]])


def test_the_penalty_is_part_of_the_training_loss_alone():
    def model(inputs, training):
        return {"logits": tf.zeros((1, 2, 3, 5)), "attention": tf.constant(ATTENTION)}

    weights = np.ones(LABELS.shape, np.float32)
    plain, with_penalty = (CaptionObjective(penalty) for penalty in (0.0, 3.0))
    losses = [
        float(each.sums(model, {}, LABELS, weights, training)["loss"]) for each in (plain, with_penalty) for training in (True, False)
    ]
    assert losses[0] == losses[1] == losses[3] == pytest.approx(6 * np.log(5), rel=1e-6)
    assert losses[2] == pytest.approx(losses[0] + 3 * 0.5, rel=1e-6)
