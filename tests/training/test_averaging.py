import keras
import numpy as np
import pytest

from toolkit.training.averaging import averaged_weights
from toolkit.training.optimizers import build_optimizer


def stepped(steps=3, **settings):
    """A variable after steps down by 1 from 0, and its optimizer."""
    variable = keras.Variable(np.zeros(2, "float32"))
    optimizer = build_optimizer("sgd", 1.0, momentum=0.0, **settings)
    for _ in range(steps):
        optimizer.apply([np.ones(2, "float32")], [variable])
    return variable, optimizer


def test_the_average_is_in_place_for_a_while():
    variable, optimizer = stepped(ema_momentum=0.5)
    with averaged_weights(optimizer):
        # The shares of itself that it keeps are 0, 1/11 and 2/12: -1, then (-1 - 2 * 10) / 11, then (-21 / 11 * 2 - 3 * 10) / 12.
        np.testing.assert_allclose(variable.value, [-31 / 11, -31 / 11], rtol=1e-6)
    np.testing.assert_array_equal(variable.value, [-3, -3])


@pytest.mark.parametrize(("steps", "behind"), [(3, 0.18), (110, 10), (2000, 99)])
def test_the_average_is_of_a_tenth_of_the_steps_until_its_momentum_says_less(steps, behind):
    variable, optimizer = stepped(steps, ema_momentum=0.99)  # of the last 100 steps
    with averaged_weights(optimizer):
        assert float(variable.value[0]) + steps == pytest.approx(behind, rel=0.15)


@pytest.mark.parametrize("name", ["adam", "adamw", "rmsprop", "sgd"])
def test_every_optimizer_averages_so(name):
    variable, optimizer = keras.Variable(np.zeros(1, "float32")), build_optimizer(name, 0.1, ema_momentum=0.9999)
    for _ in range(2):
        optimizer.apply([np.ones(1, "float32")], [variable])
    trained = float(variable.value[0])
    with averaged_weights(optimizer):
        assert trained < float(variable.value[0]) < 0.7 * trained


def test_an_error_puts_the_trained_weights_back_too():
    variable, optimizer = stepped(ema_momentum=0.5)
    with pytest.raises(KeyboardInterrupt), averaged_weights(optimizer):
        raise KeyboardInterrupt
    np.testing.assert_array_equal(variable.value, [-3, -3])


def test_without_an_average_nothing_changes():
    variable, optimizer = stepped()
    with averaged_weights(optimizer):
        np.testing.assert_array_equal(variable.value, [-3, -3])
