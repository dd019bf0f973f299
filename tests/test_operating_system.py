"""What other operating systems lack, hidden here."""

import subprocess
import sys

import pytest

from toolkit import operating_system
from toolkit.run_folder import LOCK, RunFolder

HIDE = """
import fcntl, subprocess, sys, types
import toolkit.operating_system
def locking(descriptor, mode, size):
    fcntl.lockf(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB, size, 0, 1)
sys.modules["msvcrt"] = types.SimpleNamespace(locking=locking, LK_NBLCK=2)
toolkit.operating_system.fcntl = None
from toolkit.errors import UserError
from toolkit.run_folder import RunFolder
"""
HOLD = """
with RunFolder(sys.argv[1]).in_use():
    print("locked", flush=True)
    sys.stdin.read()
"""
TRY = """
try:
    with RunFolder(sys.argv[1]).in_use():
        print("mine")
except UserError as error:
    print(error)
"""


@pytest.fixture
def no_posix(monkeypatch):
    monkeypatch.setattr(operating_system, "fcntl", None)
    monkeypatch.setattr(operating_system, "resource", None)


def test_the_locks_of_windows_keep_a_second_process_out(tmp_path):
    command = [sys.executable, "-c"]
    with subprocess.Popen([*command, HIDE + HOLD, tmp_path], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as holder:
        assert holder.stdout.readline() == "locked\n"
        second = subprocess.run([*command, HIDE + TRY, tmp_path], capture_output=True, text=True)
        assert f"this run folder is in use by process {holder.pid} since" in second.stdout
        holder.communicate()
    assert subprocess.run([*command, HIDE + TRY, tmp_path], capture_output=True, text=True).stdout == "mine\n"


def test_a_lock_that_cannot_be_removed_while_it_is_open_is_removed_after(tmp_path, monkeypatch):
    unlink, refused = type(tmp_path).unlink, []

    def refuse_once(path, missing_ok=False):
        if path.name == LOCK and not refused:
            refused.append(path)
            raise PermissionError
        unlink(path, missing_ok)

    monkeypatch.setattr(type(tmp_path), "unlink", refuse_once)
    with RunFolder(tmp_path).in_use():
        assert (tmp_path / LOCK).exists()
    assert refused
    assert not (tmp_path / LOCK).exists()


def test_without_the_modules_of_posix(no_posix):
    assert operating_system.peak_memory_gib() is None
    operating_system.allow_many_files()


def test_memory_has_the_same_unit_everywhere(monkeypatch):
    class Usage:
        ru_maxrss = 3 * 2**20

    monkeypatch.setattr(operating_system.resource, "getrusage", lambda who: Usage)
    monkeypatch.setattr(sys, "platform", "linux")
    assert operating_system.peak_memory_gib() == 3
    Usage.ru_maxrss *= 2**10
    monkeypatch.setattr(sys, "platform", "darwin")
    assert operating_system.peak_memory_gib() == 3


def test_everything_imports_without_them():
    script = """
import subprocess, sys, importlib, pkgutil
sys.modules.update(fcntl=None, resource=None)
import toolkit.cli, toolkit.tasks.lines, toolkit.cli.serve, toolkit.export.converter, toolkit.lock, toolkit.quiet
import toolkit.server.kserve_server, toolkit.operating_system
assert toolkit.operating_system.fcntl is None
"""
    assert subprocess.run([sys.executable, "-c", script], capture_output=True, text=True).stderr == ""
