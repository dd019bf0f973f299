import pytest

from tests.training.tiny_training import STEPS, Steps, train
from toolkit.training.clipping import Clipping
from toolkit.training.optimizers import build_optimizer


def warnings(caplog):
    return [record.message for record in caplog.records if record.name == "toolkit.training.clipping"]


def optimizer(**settings):
    return build_optimizer("sgd", 1.0, **settings)


@pytest.mark.slow
def test_steps_are_counted_over_an_interruption_and_nearly_all_give_one_warning(tmp_path, caplog):
    class Interrupting(Steps):
        def on_train_batch_end(self, batch, logs):
            super().on_train_batch_end(batch, logs)
            if len(self.losses) == 2:
                raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        train(tmp_path, callbacks=[Interrupting()])
    assert not warnings(caplog)
    history = train(tmp_path)  # clipped at 0.1, far below all norms
    assert [epoch["clipped"] for epoch in history.epochs] == [1, 1]
    [warning] = warnings(caplog)
    assert "100 % of the steps of epoch 1 were clipped by `global_clipnorm` 0.1, and the gradients had a norm of" in warning


@pytest.mark.parametrize(("settings", "keys"), [({"clipnorm": 1e3}, {"clipped"}), ({}, set())])
def test_a_limit_that_is_never_reached_clips_nothing(settings, keys, tmp_path, caplog):
    history = train(tmp_path, optimizer=optimizer(**settings), epochs=1)
    assert {"clipped"} & history.epochs[0].keys() == keys
    assert history.epochs[0].get("clipped", 0) == 0
    assert not warnings(caplog)


def test_rounding_is_no_clipping():
    clipping = Clipping(optimizer(clipnorm=1.0))
    assert not clipping.counts({"gradient_norm": 0.0, "gradient_norm_clipped": 0.0})
    assert not clipping.counts({"gradient_norm": 1.0, "gradient_norm_clipped": 1 - 1e-7})
    assert clipping.counts({"gradient_norm": 1.0, "gradient_norm_clipped": 0.999})
    assert clipping.record(STEPS // 2, STEPS) == {"clipped": 0.5}


@pytest.mark.parametrize(("share", "warned"), [(0.95, False), (0.96, True)])
def test_a_few_steps_that_are_not_clipped_are_enough(share, warned, caplog):
    Clipping(optimizer(clipnorm=1.0)).warn({"epoch": 3, "clipped": share}, 7.0)
    assert len(warnings(caplog)) == warned
    assert all(
        "96 % of the steps of epoch 3 were clipped by `clipnorm` 1, and the gradients had a norm of 7 in the mean" in warning
        for warning in warnings(caplog)
    )
