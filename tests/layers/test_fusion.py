import numpy as np

from toolkit.layers import Fusion

LOGITS = [np.array([[1.0, -2.0]], np.float32), np.array([[0.5, 4.0]], np.float32)]


def test_at_first_and_while_training_it_is_the_first_logits():
    layer = Fusion()
    np.testing.assert_array_equal(layer(LOGITS), LOGITS[0])
    layer.scales.assign([0.25, 3.0])
    np.testing.assert_array_equal(layer(LOGITS, training=True), LOGITS[0])


def test_it_is_the_weighted_sum():
    layer = Fusion()
    layer.build([(None, 2)] * 2)
    layer.scales.assign([0.25, 3.0])
    np.testing.assert_allclose(layer(LOGITS), 0.25 * LOGITS[0] + 3 * LOGITS[1])
