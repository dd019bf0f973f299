import json
import logging
import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

import keras
import numpy as np
import pytest
import tensorflow as tf
import tiny_training
from tiny_training import EPOCHS, STEPS, Steps, batches, cross_entropy, final_variables, tiny_model, train

from toolkit.arguments import InvalidArgument
from toolkit.data.batching.batch_plan import BatchPlan
from toolkit.data.labeled_texts.token_batches import TokenBatches
from toolkit.errors import UserError
from toolkit.training.history import History
from toolkit.training.objective import LogitsObjective
from toolkit.training.optimizers import build_optimizer


class Run(NamedTuple):
    run_dir: Path
    history: History
    model: keras.Model


@pytest.fixture(scope="module")
def uninterrupted(tmp_path_factory):
    run_dir, model = tmp_path_factory.mktemp("uninterrupted"), tiny_model()
    history = train(run_dir, model=model)
    return Run(run_dir, history, model)


def assert_same_bits(run_dir, other):
    variables, others = final_variables(run_dir), final_variables(other)
    assert variables.keys() == others.keys()
    for name, value in variables.items():
        assert value.tobytes() == others[name].tobytes(), name


def without_time(history):
    return [{name: value for name, value in epoch.items() if name != "seconds"} for epoch in history.epochs]


def test_learns(uninterrupted):
    first, second = uninterrupted.history.epochs
    assert (first["epoch"], second["epoch"]) == (1, 2)
    assert second["loss"] < first["loss"] < 0.69  # ln 2, the loss of a coin
    assert second["val_loss"] < first["val_loss"]


def test_two_trainings_are_the_same_bits(uninterrupted, tmp_path):
    history = train(tmp_path)
    assert_same_bits(tmp_path, uninterrupted.run_dir)
    assert without_time(history) == without_time(uninterrupted.history)


@pytest.mark.parametrize("step", [3, pytest.param(STEPS, marks=pytest.mark.slow)])
def test_ctrl_c_then_the_same_call_ends_with_the_same_bits(uninterrupted, tmp_path, step):
    with pytest.raises(KeyboardInterrupt, match="the same command goes on"):
        train(tmp_path, callbacks=[Steps(step, signal.SIGINT)], checkpoint_seconds=1000)
    resumed = Steps()
    history = train(tmp_path, callbacks=[resumed])
    assert len(resumed.losses) == EPOCHS * STEPS - step
    assert_same_bits(tmp_path, uninterrupted.run_dir)
    assert without_time(history) == without_time(uninterrupted.history)


def test_ctrl_c_while_validating_keeps_the_trained_weights(uninterrupted, tmp_path):
    class InterruptValidation(keras.callbacks.Callback):
        def on_test_batch_end(self, batch, logs):
            os.kill(os.getpid(), signal.SIGINT)

    with pytest.raises(KeyboardInterrupt):
        train(tmp_path, callbacks=[InterruptValidation()])
    train(tmp_path)
    assert_same_bits(tmp_path, uninterrupted.run_dir)


@pytest.mark.slow
def test_kill_9_then_the_same_command_ends_with_the_same_bits(uninterrupted, tmp_path):
    command = [sys.executable, tiny_training.__file__, str(tmp_path)]
    assert subprocess.run([*command, "--kill-at", "10"], capture_output=True).returncode == -signal.SIGKILL
    resumed = subprocess.run(command, capture_output=True, check=True, text=True)
    # Killed in step 10 before its checkpoint: it is taken again.
    assert len(json.loads(resumed.stdout.splitlines()[-1])) == EPOCHS * STEPS - 9
    assert_same_bits(tmp_path, uninterrupted.run_dir)


@pytest.fixture
def finished(uninterrupted, tmp_path):
    return shutil.copytree(uninterrupted.run_dir, tmp_path / "finished")


def test_a_damaged_checkpoint_costs_its_steps_only(uninterrupted, finished, caplog):
    latest = finished / "checkpoints" / f"step-{EPOCHS * STEPS:08d}.npz"
    latest.write_bytes(latest.read_bytes()[:-100])
    again = Steps()
    with caplog.at_level(logging.WARNING):
        train(finished, callbacks=[again])
    assert f"{latest}: the checkpoint is damaged" in caplog.text
    assert len(again.losses) == 1
    assert_same_bits(finished, uninterrupted.run_dir)


def test_a_finished_training_only_restores_the_best_weights(uninterrupted, finished):
    model, steps = tiny_model(), Steps()
    assert train(finished, model=model, callbacks=[steps]) == uninterrupted.history
    assert steps.losses == []
    for received, expected in zip(model.get_weights(), uninterrupted.model.get_weights(), strict=True):
        np.testing.assert_array_equal(received, expected)


def test_the_model_ends_with_the_averaged_weights_of_the_best_epoch(uninterrupted):
    sums = []
    for tokens, labels, weights in batches(2, shuffle=False).batches(0):
        losses = cross_entropy(labels, uninterrupted.model(tokens))
        sums.append((tf.reduce_sum(weights * losses), tf.reduce_sum(weights)))
    total, weight = np.sum(sums, axis=0)
    best = uninterrupted.history.best
    assert best["epoch"] == 1, "the test wants a best epoch that is not the last"
    assert total / weight == pytest.approx(best["val_loss"], rel=1e-5)  # float32 sums in another order


def test_a_score_decides_and_the_best_epochs_are_averaged(tmp_path):
    weights, scores = [], iter([1.0, 3.0, 0.0, 2.0])

    def score(model):
        weights.append(model.get_weights())
        return next(scores)

    model = tiny_model()
    history = train(tmp_path, model=model, epochs=4, scores={"bleu": score}, monitor="bleu", average_epochs=2)
    assert [epoch["val_bleu"] for epoch in history.epochs] == [1.0, 3.0, 0.0, 2.0]
    assert sorted(path.name for path in (tmp_path / "checkpoints").glob("epoch-*")) == ["epoch-0002.npz", "epoch-0004.npz"]
    for received, second, fourth in zip(model.get_weights(), weights[1], weights[3], strict=True):
        np.testing.assert_allclose(received, (second + fourth) / 2, rtol=1e-6)  # rounded to float32


def test_stops_when_patience_is_over(tmp_path):
    objective = LogitsObjective({"loss": cross_entropy, "same": lambda labels, logits: tf.ones_like(labels)})
    history = train(tmp_path, epochs=50, patience=2, objective=objective, monitor="same")
    assert [epoch["epoch"] for epoch in history.epochs] == [1, 2, 3]
    assert history.best["epoch"] == 1


def test_traces_once_for_each_shape(tmp_path):
    traced = []

    def loss(labels, logits):
        traced.append(labels.shape)
        return cross_entropy(labels, logits)

    lengths = [4, 4, 8, 8] * 4
    plan = BatchPlan(lengths, [4, 8], tokens_per_batch=16)
    data = TokenBatches([np.ones(length, int) for length in lengths], [0, 1] * 8, None, plan)
    train(tmp_path, objective=LogitsObjective({"loss": loss}), monitor="loss", train=data, validation=data, epochs=3)
    assert len(traced) == 2 * 2  # shapes, in a training step and in an evaluation


def test_a_loss_that_is_not_finite_stops_at_once_and_leaves_the_checkpoint_before(tmp_path):
    message = r"(loss|gradient_norm) is (nan|inf) at step \d+ of epoch 1.*gradient norm one step before was .*learning_rate"
    with pytest.raises(UserError, match=message):
        train(tmp_path, optimizer=build_optimizer("sgd", 1e38))
    latest = max((tmp_path / "checkpoints").glob("*.npz"))
    with np.load(latest) as file:
        assert all(np.isfinite(file[name]).all() for name in file.files)


class OneStep:
    """The first batch of the training data, again and again."""

    def batches(self, epoch, start=0, replica=0, replicas=1):
        return batches(1).batches(0, 0, replica, replicas).take(1).skip(start)

    def steps(self, epoch):
        return 1


def test_a_last_step_that_goes_wrong_is_noticed_by_the_validation(tmp_path):
    with pytest.raises(UserError, match=r"has diverged: val_loss is (nan|inf) after epoch \d; .* smaller `learning_rate`"):
        train(tmp_path, train=OneStep(), optimizer=build_optimizer("sgd", 1e38))


def test_a_run_folder_of_another_model_is_refused(uninterrupted, tmp_path):
    tokens = keras.Input([None], dtype="int32")
    features = keras.layers.GlobalAveragePooling1D()(keras.layers.Embedding(40, 3)(tokens))
    other = keras.Model(tokens, keras.layers.Dense(2)(features))
    with pytest.raises(UserError, match="belongs to another model or optimizer; for model/0000 expected shape"):
        train(uninterrupted.run_dir, model=other)


def test_callbacks_are_called_as_keras_does_and_can_stop(tmp_path):
    calls = []

    class Listener(keras.callbacks.Callback):
        def on_train_begin(self, logs=None):
            calls.append("train")

        def on_epoch_begin(self, epoch, logs=None):
            calls.append(f"epoch {epoch} of {self.params['epochs']}")

        def on_train_batch_end(self, batch, logs):
            assert {"loss", "accuracy", "learning_rate", "gradient_norm", "gradient_norm_clipped"} == logs.keys()
            assert logs["gradient_norm_clipped"] <= 0.1 * (1 + 1e-5) < logs["gradient_norm"] * 10  # float32 rounding
            calls.append(batch)

        def on_test_end(self, logs):
            calls.append("validated")

        def on_epoch_end(self, epoch, logs):
            assert {"loss", "accuracy", "val_loss", "val_accuracy"} < logs.keys()
            calls.append("epoch end")
            self.model.stop_training = True

        def on_train_end(self, logs=None):
            calls.append("end")

    train(tmp_path, callbacks=[Listener()])
    assert calls == ["train", "epoch 0 of 2", *range(STEPS), "validated", "epoch end", "end"]


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"monitor": "f1"}, "`monitor` must be one of loss, accuracy. Received: monitor='f1'"),
        ({"mode": "up"}, "`mode` must be one of min, max"),
        ({"epochs": 0}, "`epochs` must be a positive integer"),
        ({"patience": 0}, "`patience` must be a positive integer"),
    ],
)
def test_bad_settings_are_named(tmp_path, settings, message):
    with pytest.raises(InvalidArgument, match=message):
        train(tmp_path, **settings)
    assert not any(tmp_path.iterdir())


def test_a_run_folder_that_cannot_be_written_is_said_before_any_step(tmp_path):
    (tmp_path / "file").touch()
    steps = Steps()
    with pytest.raises(UserError, match="cannot write the checkpoint: Not a directory"):
        train(tmp_path / "file", callbacks=[steps])
    assert steps.losses == []


def test_a_model_without_variables_is_refused(tmp_path):
    with pytest.raises(ValueError, match="must be built"):
        train(tmp_path, model=keras.Sequential([keras.layers.Dense(2)]))


def test_regularization_of_the_model_counts(tmp_path):
    """With no other gradient, an L2 penalty of 0.5 shrinks the weights at each step by the learning rate of 0.1."""
    tokens = keras.Input([None], dtype="int32")
    embedding = keras.layers.Embedding(40, 4, embeddings_regularizer=keras.regularizers.L2(0.5))
    model = keras.Model(tokens, keras.layers.Dense(2)(keras.layers.GlobalAveragePooling1D()(embedding(tokens))))
    before = model.get_weights()[0]
    optimizer = build_optimizer("sgd", 0.1, momentum=0.0)
    nothing = LogitsObjective({"loss": lambda labels, logits: 0.0 * cross_entropy(labels, logits)})
    train(tmp_path, model=model, optimizer=optimizer, objective=nothing, monitor="loss", epochs=1)
    np.testing.assert_allclose(model.get_weights()[0], before * 0.9**STEPS, rtol=1e-5)  # float32 over STEPS products
