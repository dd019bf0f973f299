import keras
import numpy as np
import pytest
import tensorflow as tf

from toolkit.training.losses import sparse_cross_entropy
from toolkit.training.sampled_softmax import SampledSoftmax, _log_probability, sampled_cross_entropy

ROWS, FEATURES, CLASSES = 6, 4, 50


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
    sampled, draws = SampledSoftmax(10_000, seed=1), 20
    counts = sum(np.bincount(sampled._draw(CLASSES), minlength=CLASSES) for _ in range(draws))
    expected = draws * 10_000 * np.exp(_log_probability(tf.range(CLASSES), CLASSES))
    np.testing.assert_allclose(expected.sum(), draws * 10_000, rtol=1e-5)  # probabilities
    np.testing.assert_allclose(counts, expected, atol=6 * np.sqrt(expected.max()))  # six standard deviations


def test_many_samples_give_the_loss_and_gradient_of_the_softmax():
    features, kernel, bias, labels = map(tf.constant, arrays())
    weights = tf.constant([1.0, 0.5, 0.0, 1.0, 2.0, 1.0])

    def measured(loss):
        with tf.GradientTape() as tape:
            tape.watch([features, kernel, bias])
            value = loss()
        return value, [tf.convert_to_tensor(part) for part in tape.gradient(value, [features, kernel, bias])]

    value, gradients = measured(lambda: SampledSoftmax(400_000, seed=0).sums(features, kernel, bias, labels, weights)["loss"])
    expected, expected_gradients = measured(
        lambda: tf.reduce_sum(weights * sparse_cross_entropy(labels, tf.matmul(features, kernel, transpose_b=True) + bias))
    )
    np.testing.assert_allclose(value, expected, rtol=0.02)  # of a sample: its standard deviation is some tenths of a percent
    for part, other in zip(gradients, expected_gradients, strict=True):
        # The rarest class is drawn some 2,000 times, so what it weighs has a standard deviation of two percent.
        np.testing.assert_allclose(part, other, atol=0.08 * np.abs(other).max())


def test_draws_are_those_of_the_seed():
    keras.utils.set_random_seed(0)
    one, same, other = (SampledSoftmax(8, seed=seed)._draw(CLASSES).numpy() for seed in (1, 1, 2))
    np.testing.assert_array_equal(one, same)
    assert (one != other).any()
    assert one.min() >= 0
    assert one.max() < CLASSES


def test_samples_must_be_positive():
    with pytest.raises(ValueError, match="samples=0"):
        SampledSoftmax(0)
