import json
import os
import signal
import socket
import subprocess
import sys

import numpy as np
import pytest
import tiny_training
from tiny_training import EPOCHS, STEPS, Steps, final_variables, tiny_model, train

from toolkit.arguments import InvalidArgument
from toolkit.errors import UserError
from toolkit.training.strategy import build_strategy, is_chief

pytestmark = pytest.mark.slow

# Replicas add the same numbers in another order; float32 over a dozen steps.
TOLERANCE = 1e-5


@pytest.fixture(scope="module")
def single_device(tmp_path_factory):
    """Losses and run folder of a training on one device. No dropout: each replica would draw for its own rows."""
    run_dir, steps = tmp_path_factory.mktemp("single"), Steps()
    train(run_dir, dropout=0.0, callbacks=[steps])
    return steps.losses, run_dir


def command(run_dir, strategy, *more):
    return [sys.executable, tiny_training.__file__, str(run_dir), "--dropout", "0", "--strategy", strategy, *more]


def losses_of(output):
    return json.loads(output.splitlines()[-1])


def assert_same_training(run_dir, expected_dir):
    variables, expected = final_variables(run_dir), final_variables(expected_dir)
    assert variables.keys() == expected.keys()
    for name, value in variables.items():
        np.testing.assert_allclose(value, expected[name], atol=TOLERANCE, err_msg=name)


def test_two_devices_get_the_losses_of_one(single_device, tmp_path):
    losses, run_dir = single_device
    mirrored = subprocess.run(command(tmp_path, "mirrored"), capture_output=True, check=True, text=True)
    np.testing.assert_allclose(losses_of(mirrored.stdout), losses, atol=TOLERANCE)
    assert_same_training(tmp_path, run_dir)


class Cluster:
    """Two worker processes on this machine, which share a run folder."""

    def __init__(self, folder):
        sockets = [socket.socket() for _ in range(2)]
        for each in sockets:
            each.bind(("localhost", 0))
        self._addresses = [f"localhost:{each.getsockname()[1]}" for each in sockets]
        for each in sockets:
            each.close()
        self._folder = folder
        self.run_dir = folder / "run"
        self.started = []

    def start(self, index, *more):
        config = {"cluster": {"worker": self._addresses}, "task": {"type": "worker", "index": index}}
        environment = {**os.environ, "TF_CONFIG": json.dumps(config)}
        number = len(self.started)
        with (self._folder / f"{number}.out").open("w") as output, (self._folder / f"{number}.err").open("w") as errors:
            worker = subprocess.Popen(command(self.run_dir, "multi_worker", *more), env=environment, stdout=output, stderr=errors)
        self.started.append(worker)
        return number

    def wait(self, number):
        return self.started[number].wait(timeout=600)

    def output(self, number):
        """What a worker printed, once it has finished well."""
        assert self.wait(number) == 0, (self._folder / f"{number}.err").read_text()
        return (self._folder / f"{number}.out").read_text()


@pytest.fixture
def cluster(tmp_path):
    cluster = Cluster(tmp_path)
    yield cluster
    for worker in cluster.started:
        worker.kill()
        worker.wait()


def test_two_workers_get_the_losses_of_one(single_device, cluster):
    losses, run_dir = single_device
    chief, other = [cluster.output(number) for number in [cluster.start(0), cluster.start(1)]]
    np.testing.assert_allclose(losses_of(chief), losses, atol=TOLERANCE)
    assert losses_of(other) == losses_of(chief)
    assert "epoch 1/2" in chief
    assert "epoch 1/2" not in other
    assert_same_training(cluster.run_dir, run_dir)


@pytest.mark.parametrize("killed", [0, 1], ids=["chief", "other"])
def test_a_killed_worker_comes_back_and_only_the_step_under_way_is_lost(single_device, cluster, killed):
    survivor = cluster.start(1 - killed)
    assert cluster.wait(cluster.start(killed, "--kill-at", "8")) == -signal.SIGKILL
    losses = losses_of(cluster.output(cluster.start(killed)))
    assert losses_of(cluster.output(survivor)) == losses
    # Each step is saved by the chief: when the other worker dies in the eighth, the chief may have saved that one or not.
    assert len(losses) in (EPOCHS * STEPS - 8, EPOCHS * STEPS - 7)
    assert_same_training(cluster.run_dir, single_device[1])


def test_one_device_is_its_own_chief():
    assert is_chief(build_strategy("none"))


def test_an_unknown_strategy_is_refused():
    with pytest.raises(InvalidArgument, match=r"`strategy` must be one of none, mirrored, multi_worker, tpu. Received: strategy='horovod'"):
        build_strategy("horovod")


@pytest.mark.parametrize("config", [None, "not json", "{}", '{"cluster": {"worker": []}}'])
def test_multi_worker_wants_a_cluster(monkeypatch, config):
    monkeypatch.delenv("TF_CONFIG", raising=False)
    if config is not None:
        monkeypatch.setenv("TF_CONFIG", config)
    with pytest.raises(UserError, match="expected TF_CONFIG="):
        build_strategy("multi_worker")


def test_multi_worker_wants_an_index_within_the_cluster(monkeypatch):
    monkeypatch.setenv("TF_CONFIG", '{"cluster": {"worker": ["a:1", "b:1"]}, "task": {"type": "worker", "index": 2}}')
    with pytest.raises(UserError, match=r"below the 2 workers of TF_CONFIG, received 2"):
        build_strategy("multi_worker")


def test_no_tpu_is_said_in_one_line(monkeypatch):
    monkeypatch.setenv("TPU_NAME", "local")
    with pytest.raises(UserError, match="`strategy` tpu: expected a TPU") as raised:
        build_strategy("tpu")
    assert "\n" not in str(raised.value)


def test_a_model_of_another_strategy_is_refused(tmp_path):
    outside = tiny_model()
    with pytest.raises(ValueError, match="must be made in the scope"):
        train(tmp_path, model=outside, strategy="mirrored")


def test_one_mirrored_device_is_one_device(tmp_path, single_device):
    train(tmp_path, strategy="mirrored", dropout=0.0)
    assert_same_training(tmp_path, single_device[1])
