import signal

import keras
import numpy as np
import pytest
from tiny_training import EPOCHS, STEPS, Steps, tiny_model, train

from toolkit.arguments import InvalidArgument
from toolkit.training.budget import FEW, LEAST_VALIDATIONS, MOST_VALIDATIONS, Budget, validations
from toolkit.training.optimizers import build_optimizer


def test_so_many_steps_are_taken_in_even_parts(tmp_path):
    steps = Steps()
    history = train(tmp_path, budget=Budget(steps=9), callbacks=[steps])
    assert len(steps.losses) == 9
    assert len(history.epochs) == LEAST_VALIDATIONS


def of_epochs(number=EPOCHS):
    return build_optimizer("sgd", 1.0, schedule="linear", warmup_steps=2, total_steps=number * STEPS, ema_momentum=0.5)


@pytest.mark.slow
def test_the_steps_of_the_epochs_are_the_epochs(tmp_path):
    expected, found = Steps(), Steps()
    first = train(tmp_path / "a", optimizer=of_epochs(), callbacks=[expected])
    second = train(tmp_path / "b", optimizer=of_epochs(), budget=Budget(steps=EPOCHS * STEPS), callbacks=[found])
    assert found.losses == expected.losses
    assert len(first.epochs) == len(second.epochs) == EPOCHS


def test_the_schedule_ends_with_the_budget(tmp_path):
    class Rates(keras.callbacks.Callback):
        def __init__(self):
            super().__init__()
            self.rates = []

        def on_train_batch_end(self, batch, logs):
            self.rates.append(logs["learning_rate"])

    rates = Rates()
    train(tmp_path, budget=Budget(steps=8), callbacks=[rates])
    np.testing.assert_allclose(rates.rates, (1 + np.cos(np.pi * np.arange(8) / 8)) / 2, atol=1e-6)  # the cosine from 1.0 to 0


@pytest.mark.slow
@pytest.mark.parametrize("step", [2, 5])
def test_an_interrupted_training_goes_on_with_the_same_bits(tmp_path, step):
    models = [tiny_model(), tiny_model()]
    train(tmp_path / "a", model=models[0], budget=Budget(steps=9))
    with pytest.raises(KeyboardInterrupt):
        train(tmp_path / "b", budget=Budget(steps=9), callbacks=[Steps(step, signal.SIGINT)])
    train(tmp_path / "b", model=models[1], budget=Budget(steps=9))
    for one, other in zip(*(model.get_weights() for model in models), strict=True):
        np.testing.assert_array_equal(one, other)


@pytest.mark.slow
def test_minutes_become_steps_once_and_are_kept(tmp_path):
    limit, usual = Budget(minutes=0.05), {"epochs": 100_000, "checkpoint_seconds": 1000}
    with pytest.raises(KeyboardInterrupt):
        train(tmp_path, budget=limit, callbacks=[Steps(20, signal.SIGINT)], **usual)
    rest = Steps()
    history = train(tmp_path, budget=limit, callbacks=[rest], **usual)
    total = 20 + len(rest.losses)
    assert FEW < total < usual["epochs"] * STEPS
    assert LEAST_VALIDATIONS <= len(history.epochs) <= MOST_VALIDATIONS
    repeated = Steps()
    train(tmp_path / "again", budget=Budget(steps=total), callbacks=[repeated], **usual)
    assert repeated.losses[20:] == rest.losses


@pytest.mark.slow
def test_timing_leaves_no_trace(tmp_path):
    expected, found = Steps(), Steps()
    epochs = FEW // STEPS + 1
    usual = {"epochs": epochs, "checkpoint_seconds": 1000}
    train(tmp_path / "a", optimizer=of_epochs(epochs), callbacks=[expected], **usual)
    train(tmp_path / "b", optimizer=of_epochs(epochs), callbacks=[found], budget=Budget(minutes=5), **usual)  # more than they need
    assert found.losses == expected.losses
    assert len(found.losses) > FEW


def test_too_few_minutes_are_refused(tmp_path):
    with pytest.raises(InvalidArgument, match="`minutes` must be above"):
        train(tmp_path, epochs=FEW, budget=Budget(minutes=0.5, spent=100))


def test_few_steps_are_not_timed(tmp_path):
    steps = Steps()
    train(tmp_path, budget=Budget(minutes=0.5, spent=100), callbacks=[steps])
    assert len(steps.losses) == EPOCHS * STEPS


@pytest.mark.parametrize(
    ("arguments", "name"), [({"steps": 0}, "steps"), ({"minutes": 0}, "minutes"), ({"minutes": float("inf")}, "minutes")]
)
def test_arguments_are_checked(arguments, name):
    with pytest.raises(InvalidArgument, match=f"`{name}`"):
        Budget(**arguments)


def test_validations_are_neither_too_seldom_nor_too_often():
    assert [validations(total, 100) for total in (1, 3, 50, 500, 501, 9000)] == [1, 3, 4, 5, 6, 20]
