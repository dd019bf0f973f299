import pytest

from toolkit.training.history import History


def history(*values, mode="max"):
    return History("val_accuracy", mode, [{"epoch": i + 1, "val_accuracy": value} for i, value in enumerate(values)])


@pytest.mark.parametrize(
    ("values", "mode", "epoch"), [((1, 3, 2), "max", 2), ((2, 1, 3), "min", 2), ((1, 3, 3), "max", 2), ((5,), "min", 1)]
)
def test_the_best_epoch_is_the_first_of_the_best(values, mode, epoch):
    assert history(*values, mode=mode).best["epoch"] == epoch


def test_nothing_is_best_before_the_first_epoch():
    assert history().best is None


@pytest.mark.parametrize(
    ("values", "patience", "stops"),
    [
        ((), 1, False),
        ((1,), 1, False),
        ((2, 1), 1, True),
        ((2, 1), 2, False),
        ((2, 1, 2), 2, True),
        ((3, 1, 1, 4), 2, False),
        ((3, 2, 1), None, False),
    ],
)
def test_stops_after_as_many_epochs_without_a_better_one(values, patience, stops):
    assert history(*values).should_stop(patience) is stops
