import keras
import numpy as np
import pytest
import tensorflow as tf

from toolkit.training.averaged_sgd import AveragedSGD
from toolkit.training.averaging import averaged_weights


@pytest.fixture
def weight():
    return keras.Variable([1.0, 2.0], name="weight")


def test_the_average_is_of_all_weights_since_it_began(weight):
    optimizer = AveragedSGD(0.5)
    optimizer.build([weight])
    compiled = tf.function(lambda: optimizer.apply([weight * [1.0, 0.5]]))
    passed = []
    for step in range(7):
        if step == 3:
            optimizer.watch([2.0, 1.0, 1.1, 1.2, 1.3, 1.4, 1.5])
        compiled()
        passed.append(weight.numpy())
        with averaged_weights(optimizer):
            # The weights at which it began are in the average, too.
            np.testing.assert_allclose(weight.numpy(), np.mean(passed[2:], 0) if step >= 3 else passed[-1], rtol=1e-6)
        np.testing.assert_array_equal(weight.numpy(), passed[-1])


@pytest.mark.parametrize(
    ("losses", "begins"),
    [
        ([3.0, 2.0, 1.0, 1.5], False),  # worse than one epoch ago, but too few epochs
        ([3.0, 2.0, 1.0, 1.5, 1.4], True),  # no better than two epochs ago or before
        ([3.0, 2.0, 1.0, 0.9, 0.95], False),
        ([], False),
    ],
)
def test_it_begins_when_the_loss_stalls(weight, losses, begins):
    optimizer = AveragedSGD(0.1, patience=2)
    optimizer.build([weight])
    optimizer.watch(losses)
    assert optimizer.averages == begins


def test_it_is_made_again_from_its_configuration(weight):
    again = keras.optimizers.deserialize(keras.optimizers.serialize(AveragedSGD(0.1, patience=3, clipnorm=0.25)))
    assert (type(again), again.patience, again.clipnorm, again.use_ema) == (AveragedSGD, 3, 0.25, True)


def test_patience_must_be_positive():
    with pytest.raises(ValueError, match="patience=0"):
        AveragedSGD(patience=0)
