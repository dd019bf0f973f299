import keras
import numpy as np
import pytest

from toolkit.training.averaging import averaged_weights
from toolkit.training.optimizers import build_optimizer


def stepped(**settings):
    """A variable after three steps down by 1 from 0, and its optimizer."""
    variable = keras.Variable(np.zeros(2, "float32"))
    optimizer = build_optimizer("sgd", 1.0, momentum=0.0, **settings)
    for _ in range(3):
        optimizer.apply([np.ones(2, "float32")], [variable])
    return variable, optimizer


def test_the_average_is_in_place_for_a_while():
    variable, optimizer = stepped(ema_momentum=0.5)
    with averaged_weights(optimizer):
        # Keras begins the average at the weights after the first step: -1, then (-1 - 2) / 2, then (-1.5 - 3) / 2.
        np.testing.assert_allclose(variable.value, [-2.25, -2.25])
    np.testing.assert_array_equal(variable.value, [-3, -3])


def test_an_error_puts_the_trained_weights_back_too():
    variable, optimizer = stepped(ema_momentum=0.5)
    with pytest.raises(KeyboardInterrupt), averaged_weights(optimizer):
        raise KeyboardInterrupt
    np.testing.assert_array_equal(variable.value, [-3, -3])


def test_without_an_average_nothing_changes():
    variable, optimizer = stepped()
    with averaged_weights(optimizer):
        np.testing.assert_array_equal(variable.value, [-3, -3])
