import numpy as np
import pytest
import tensorflow as tf

from toolkit.training.losses import SmoothedCrossEntropy, sparse_cross_entropy

RANDOM = np.random.default_rng(0)
LOGITS = tf.constant(RANDOM.normal(size=(2, 3, 5)), tf.float64)
LABELS = tf.constant(RANDOM.integers(0, 5, (2, 3)), tf.int32)


def in_plain_operations(smoothing):
    """The loss as its docstring has it, with automatic gradients."""
    q = (1 - smoothing) * tf.one_hot(LABELS, 5, dtype=tf.float64) + smoothing / 5
    return lambda logits: -tf.reduce_sum(q * tf.nn.log_softmax(logits), -1)


@pytest.mark.parametrize("smoothing", [0.0, 0.1, 0.6])
def test_the_loss_and_its_gradient_are_those_of_the_equation(smoothing):
    loss, plain = SmoothedCrossEntropy(smoothing), in_plain_operations(smoothing)
    weights = tf.constant(RANDOM.normal(size=(2, 3)))
    with tf.GradientTape(persistent=True) as tape:
        tape.watch(LOGITS)
        received, expected = loss(LABELS, LOGITS), plain(LOGITS)
        totals = [tf.reduce_sum(weights * values) for values in (received, expected)]
    np.testing.assert_allclose(received, expected, rtol=1e-12)  # double precision
    np.testing.assert_allclose(tape.gradient(totals[0], LOGITS), tape.gradient(totals[1], LOGITS), rtol=0, atol=1e-12)


def test_without_smoothing_it_is_the_cross_entropy():
    np.testing.assert_array_equal(SmoothedCrossEntropy(0.0)(LABELS, LOGITS), sparse_cross_entropy(LABELS, LOGITS))


def test_any_batch_and_length_in_a_graph():
    @tf.function(input_signature=[tf.TensorSpec([None, None], tf.int32), tf.TensorSpec([None, None, 5], tf.float64)])
    def gradient(labels, logits):
        return tf.gradients(SmoothedCrossEntropy(0.1)(labels, logits), logits)[0]

    np.testing.assert_allclose(np.sum(gradient(LABELS, LOGITS), -1), 0, atol=1e-12)  # probabilities sum to 1, and so do targets


@pytest.mark.parametrize("smoothing", [-0.1, 1.0, "much"])
def test_a_wrong_share_is_named(smoothing):
    with pytest.raises(ValueError, match="smoothing"):
        SmoothedCrossEntropy(smoothing)
