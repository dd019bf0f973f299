import keras
import numpy as np
import pytest

from toolkit.training.schedules import WarmupDecay

STEPS = np.array([0, 1, 3, 4, 5, 7, 12, 20, 25])


def curve(*arguments):
    schedule = WarmupDecay(0.5, *arguments)
    return np.array([float(schedule(step)) for step in STEPS])


@pytest.mark.parametrize(
    ("decay", "after_warmup"),
    [
        ("constant", np.ones_like(STEPS, float)),
        ("linear", 1 - np.minimum((STEPS - 4) / 16, 1)),
        ("cosine", (1 + np.cos(np.pi * np.minimum((STEPS - 4) / 16, 1))) / 2),
        ("inverse_sqrt", np.sqrt(4 / np.maximum(STEPS, 4))),
    ],
)
def test_warms_up_then_decays(decay, after_warmup):
    expected = 0.5 * np.where(STEPS < 4, (STEPS + 1) / 5, after_warmup)
    np.testing.assert_allclose(curve(decay, 4, 20), expected, atol=1e-7)  # float32


def test_without_warmup_the_first_step_is_at_the_peak():
    for decay in ("constant", "linear", "cosine", "inverse_sqrt"):
        assert curve(decay, 0, 20)[0] == 0.5


def test_survives_its_config():
    schedule = WarmupDecay(0.5, "cosine", 4, 20)
    again = keras.saving.deserialize_keras_object(keras.saving.serialize_keras_object(schedule))
    assert again.get_config() == schedule.get_config()


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((0.0,), "`learning_rate` must be a positive number. Received: learning_rate=0.0"),
        ((float("nan"),), "`learning_rate`"),
        ((0.5, "step"), "`decay` must be one of constant, linear"),
        ((0.5, "constant", -1), "`warmup_steps` must be an integer of at least 0"),
        ((0.5, "linear"), "`total_steps` must be above `warmup_steps`"),
        ((0.5, "cosine", 20, 20), "`total_steps` must be above `warmup_steps`"),
    ],
)
def test_rejects_what_is_out_of_range(arguments, message):
    with pytest.raises(ValueError, match=message):
        WarmupDecay(*arguments)
