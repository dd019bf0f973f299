import keras
import numpy as np
import pytest
import tensorflow as tf

from toolkit.training.losses import SmoothedCrossEntropy, sparse_cross_entropy
from toolkit.training.objective import LogitsObjective
from toolkit.training.projection import GRID, ProjectedObjective

FEATURES, CLASSES = 5, 7
MEASURES = {"nats": sparse_cross_entropy, "loss": SmoothedCrossEntropy(0.1), "accuracy": keras.metrics.sparse_categorical_accuracy}


def tokens(rows: int, length: int, share_of_padding: float = 0.3) -> list[tf.Tensor]:
    """Returns features, kernel, bias, labels and weights."""
    random = np.random.default_rng(rows)
    weights = random.random((rows, length)) * (random.random((rows, length)) > share_of_padding)
    arrays = [random.normal(size=shape) for shape in ((rows, length, FEATURES), (CLASSES, FEATURES), (CLASSES,))]
    labels = tf.constant(random.integers(0, CLASSES, (rows, length)), tf.int32)
    return [*(tf.constant(array, tf.float32) for array in arrays), labels, tf.constant(weights, tf.float32)]


# Less than one block, as much as one, several, and none.
@pytest.mark.parametrize(("rows", "padding"), [(3, 0.3), (GRID // 8, 0.0), (60, 0.3), (3, 1.0)])
@pytest.mark.parametrize("traced", [False, True])
def test_sums_and_gradients_are_those_of_the_logits(rows, padding, traced):
    features, kernel, bias, labels, weights = tokens(rows, 8, padding)
    inputs = [features, kernel, bias]
    projected = ProjectedObjective(MEASURES, most_rows=GRID)

    def of_logits():
        return LogitsObjective(MEASURES).of_logits(tf.matmul(features, kernel, transpose_b=True) + bias, labels, weights)

    def measured(sums):
        with tf.GradientTape() as tape:
            tape.watch(inputs)
            results = sums()
            objective = 3 * results["loss"]
        return results, tape.gradient(objective, inputs)

    expected, expected_gradients = measured(of_logits)
    in_blocks = tf.function(measured) if traced else measured
    sums, gradients = in_blocks(lambda: projected.of_features(*inputs, labels, weights, training=True))
    without_gradients = projected.of_features(*inputs, labels, weights)
    assert list(sums) == list(MEASURES)
    for name in MEASURES:
        np.testing.assert_allclose(sums[name], expected[name], rtol=1e-5, atol=1e-6)  # single precision, another order of summation
        np.testing.assert_allclose(without_gradients[name], sums[name], rtol=1e-6)
    for gradient, other in zip(gradients, expected_gradients, strict=True):
        np.testing.assert_allclose(gradient, other, rtol=1e-4, atol=1e-5)


def test_blocks_of_a_large_vocabulary_are_small():
    traced = []

    def loss(labels, logits):
        traced.append(logits.shape)
        return sparse_cross_entropy(labels, logits)

    features, labels, weights = tf.ones([3 * GRID, 1]), tf.zeros([3 * GRID], tf.int32), tf.ones([3 * GRID])
    sums = ProjectedObjective({"loss": loss}).of_features(features, tf.zeros([100_000, 1]), tf.zeros([100_000]), labels, weights)
    assert [tuple(shape) for shape in traced] == [(GRID, 100_000)]
    np.testing.assert_allclose(sums["loss"], 3 * GRID * np.log(100_000), rtol=1e-5)


@pytest.mark.parametrize(("rows", "padding"), [(3, 0.3), (60, 0.3), (3, 1.0)])
def test_the_losses_of_rows_are_those_of_the_logits(rows, padding):
    features, kernel, bias, labels, weights = tokens(rows, 8, padding)
    found = ProjectedObjective({"loss": sparse_cross_entropy}, most_rows=GRID).losses_of_features(features, kernel, bias, labels, weights)
    expected = weights * sparse_cross_entropy(labels, tf.matmul(features, kernel, transpose_b=True) + bias)
    np.testing.assert_allclose(found, expected, rtol=1e-5, atol=1e-6)
