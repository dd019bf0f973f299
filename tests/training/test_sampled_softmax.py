from typing import NamedTuple

import keras
import numpy as np
import pytest
import tensorflow as tf

from toolkit.training.losses import sparse_cross_entropy
from toolkit.training.projection import ProjectedObjective
from toolkit.training.sampled_softmax import EVENLY, SampledSoftmax, sampled_cross_entropy

ROWS, FEATURES, CLASSES = 6, 4, 50
FULL = ProjectedObjective({"loss": sparse_cross_entropy})
COUNTS = np.append(np.arange(CLASSES - 2), [1000, 0])  # frequent is no matter of the id


class Projecting(NamedTuple):
    """A model that returns what it is given, of which its projection makes logits."""

    projection: tuple

    def __call__(self, inputs, training, return_features):
        assert training
        assert return_features
        return inputs


def arrays(seed: int = 0):
    random = np.random.default_rng(seed)
    features, kernel, bias = (random.normal(size=shape).astype("float32") for shape in ((ROWS, FEATURES), (CLASSES, FEATURES), (CLASSES,)))
    return features, kernel, bias, random.integers(0, CLASSES, ROWS).astype("int32")


def test_a_sample_of_each_class_once_is_the_softmax():
    features, kernel, bias, labels = arrays()
    loss = sampled_cross_entropy(features, kernel, bias, labels, tf.range(CLASSES), tf.zeros([CLASSES]))
    expected = sparse_cross_entropy(tf.constant(labels), features @ kernel.T + bias)
    np.testing.assert_allclose(loss, expected, rtol=1e-5)  # single precision


def test_classes_are_drawn_as_often_as_is_corrected_for():
    sampled, draws = SampledSoftmax(10_000, COUNTS, FULL, seed=1), 20
    counts = sum(np.bincount(sampled._draw(), minlength=CLASSES) for _ in range(draws))
    expected = draws * 10_000 * sampled.probabilities
    np.testing.assert_allclose(expected, draws * 10_000 * ((1 - EVENLY) * COUNTS / COUNTS.sum() + EVENLY / CLASSES))
    np.testing.assert_array_less(np.abs(counts - expected), 6 * np.sqrt(expected))  # six standard deviations


def test_many_samples_give_the_loss_and_gradient_of_the_softmax():
    features, kernel, bias, labels = map(tf.constant, arrays())
    weights = tf.constant([1.0, 0.5, 0.0, 1.0, 2.0, 1.0])
    sampled = SampledSoftmax(400_000, COUNTS, FULL, seed=0)

    def measured(loss):
        with tf.GradientTape() as tape:
            tape.watch([features, kernel, bias])
            value = loss()
        return value, [tf.convert_to_tensor(part) for part in tape.gradient(value, [features, kernel, bias])]

    value, gradients = measured(lambda: sampled.sums(Projecting((kernel, bias)), features, labels, weights, training=True)["loss"])
    expected, expected_gradients = measured(
        lambda: tf.reduce_sum(weights * sparse_cross_entropy(labels, tf.matmul(features, kernel, transpose_b=True) + bias))
    )
    np.testing.assert_allclose(value, expected, rtol=0.02)  # of a sample: its standard deviation is some tenths of a percent
    for part, other in zip(gradients, expected_gradients, strict=True):
        # The rarest class is drawn some 2,000 times, so what it weighs has a standard deviation of two percent.
        np.testing.assert_allclose(part, other, atol=0.08 * np.abs(other).max())


def test_draws_are_those_of_the_seed():
    keras.utils.set_random_seed(0)
    one, same, other = (SampledSoftmax(8, COUNTS, FULL, seed=seed)._draw().numpy() for seed in (1, 1, 2))
    np.testing.assert_array_equal(one, same)
    assert (one != other).any()
    assert one.min() >= 0
    assert one.max() < CLASSES


def test_samples_must_be_positive():
    with pytest.raises(ValueError, match="samples=0"):
        SampledSoftmax(0, COUNTS, FULL)


@pytest.mark.parametrize("counts", [[], [0, 0], [1, -1, 3], [[1, 2]], [1, float("nan")]])
def test_counts_must_be_counts(counts):
    with pytest.raises(ValueError, match="`counts` must be numbers of at least 0"):
        SampledSoftmax(4, counts, FULL)


@pytest.mark.slow
def test_a_text_of_other_frequencies_is_learned_as_by_the_softmax():
    """What is frequent has high ids here; a bias alone has to learn how often each class comes."""
    random = np.random.default_rng(0)
    labels = tf.constant(random.choice(CLASSES, 2000, p=COUNTS / COUNTS.sum()), tf.int32)
    sampled = SampledSoftmax(10, np.bincount(labels, minlength=CLASSES), FULL, seed=0)
    bias, nothing = tf.Variable(tf.zeros([CLASSES])), tf.zeros([2000, 1])
    model = Projecting((tf.zeros([CLASSES, 1]), bias))
    optimizer = keras.optimizers.Adam(0.03)
    for _ in range(600):
        with tf.GradientTape() as tape:
            loss = sampled.sums(model, nothing, labels, tf.ones([2000]), training=True)["loss"] / 2000
        optimizer.apply([tape.gradient(loss, bias)], [bias])
    exact = tf.reduce_mean(sparse_cross_entropy(labels, tf.tile(bias[tf.newaxis], [2000, 1])))
    shares = np.bincount(labels, minlength=CLASSES) / 2000
    entropy = -np.sum(shares[shares > 0] * np.log(shares[shares > 0]))
    assert entropy <= exact < entropy + 0.1  # which the noise of ten rivals leaves
