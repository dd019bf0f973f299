"""The lock of a run folder, with processes that have it."""

import json
import os
import signal
import subprocess
import sys

import pytest

from toolkit.errors import UserError
from toolkit.run_folder import LOCK, RunFolder

HOLD = """
import sys
from toolkit.run_folder import RunFolder
with RunFolder(sys.argv[1]).in_use():
    print("locked", flush=True)
    sys.stdin.read()
"""


@pytest.fixture
def holder(tmp_path):
    """A process that trains, as far as the lock can see."""
    command = [sys.executable, "-c", HOLD, str(tmp_path / "run")]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout.readline() == "locked\n"
        yield process
        process.kill()


def test_the_second_process_is_told_of_the_first(holder, tmp_path):
    run = RunFolder(tmp_path / "run")
    place = (
        rf"^{run.path}: this run folder is in use by process {holder.pid} since \d{{4}}-\d\d-\d\d \d\d:\d\d:\d\d; wait until it ends, or"
    )
    for _ in range(2):
        with pytest.raises(UserError, match=place), run.in_use():
            pass
    holder.communicate()
    with run.in_use():
        assert json.loads((run.path / LOCK).read_text())["process"] == os.getpid()


def test_a_killed_process_keeps_nobody_out(holder, tmp_path):
    run = RunFolder(tmp_path / "run")
    holder.send_signal(signal.SIGKILL)
    holder.wait()
    assert (run.path / LOCK).exists()
    with run.in_use():
        run.open("recipe", _settings())
    assert run.read_config()["recipe"] == "recipe"
    assert not (run.path / LOCK).exists()


def test_a_lock_that_says_nothing_yet_is_a_lock(holder, tmp_path):
    run = RunFolder(tmp_path / "run")
    (run.path / LOCK).write_text("")
    with pytest.raises(UserError, match="this run folder is in use; wait"), run.in_use():
        pass


def test_who_reads_is_not_kept_out(tmp_path):
    run = RunFolder(tmp_path / "run")
    with run.in_use():
        run.open("recipe", _settings())
        assert RunFolder(run.path).read_config()["settings"] == {"units": 1}


def test_nothing_is_left_of_a_folder_that_was_not_needed(tmp_path):
    def train():
        with RunFolder(tmp_path / "runs" / "new").in_use():
            raise UserError("no data")

    with pytest.raises(UserError, match="no data"):
        train()
    assert not (tmp_path / "runs").exists()
    assert tmp_path.exists()


def test_a_folder_that_cannot_be_made_is_named(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(UserError, match="file/run: cannot be written"), RunFolder(tmp_path / "file" / "run").in_use():
        pass


def _settings():
    from dataclasses import make_dataclass

    return make_dataclass("Settings", [("units", int, 1)])()
