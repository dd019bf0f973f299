"""Native notices: processes whose C library writes to file descriptor 2."""

import subprocess
import sys

import pytest

BEGIN = """
import ctypes, logging, os, sys
from toolkit.errors import UserError
from toolkit.quiet import hide_native_notices_at_exit, native_notices_held_to_the_end, native_notices_hidden
def notice(): os.write(2, b"native notice\\n")
"""


def errors_of(script, **environment):
    command = [sys.executable, "-c", BEGIN + script]
    process = subprocess.run(command, capture_output=True, text=True, timeout=60, env=environment or None)
    return process.stderr.splitlines()


def test_notices_are_hidden_and_what_python_says_is_not():
    script = """
with native_notices_hidden():
    notice()
    print("ours", file=sys.stderr)
    logging.getLogger("x").warning("a warning")
print("after", file=sys.stderr)
notice()
"""
    assert errors_of(script) == ["ours", "a warning", "after", "native notice"]


@pytest.mark.parametrize(("error", "shown"), [("UserError('mine')", 0), ("KeyboardInterrupt", 0), ("RuntimeError('fault')", 1)])
def test_only_a_fault_shows_them(error, shown):
    script = f"""
try:
    with native_notices_hidden():
        notice()
        raise {error}
except BaseException as error:
    print("raised", file=sys.stderr)
"""
    assert errors_of(script) == ["native notice"] * shown + ["raised"]


def test_notices_at_the_end_of_a_process_are_hidden_too():
    script = """
import atexit
atexit.register(notice)
with native_notices_held_to_the_end():
    with native_notices_hidden():
        notice()
        print("ours", file=sys.stderr)
    notice()
print("after", file=sys.stderr)
"""
    assert errors_of(script) == ["ours", "after"]


def test_notices_at_the_end_are_hidden_where_a_library_is_known_to_write_them():
    script = """
import atexit
atexit.register(lambda: print("at the end", file=sys.stderr))
atexit.register(notice)
hide_native_notices_at_exit()
notice()
"""
    assert errors_of(script) == ["native notice", "at the end"]
    assert errors_of(script, TF_CPP_MIN_LOG_LEVEL="0") == ["native notice", "native notice", "at the end"]


def test_a_fault_shows_what_was_held_and_its_traceback():
    script = """
with native_notices_held_to_the_end():
    notice()
    1 / 0
"""
    notice, *traceback, error = errors_of(script)
    assert notice == "native notice"
    assert traceback[0].startswith("Traceback")
    assert error.startswith("ZeroDivisionError")


def test_a_crash_of_native_code_is_not_silent():
    script = """
with native_notices_held_to_the_end():
    os.abort()
"""
    assert errors_of(script)[0] == "Fatal Python error: Aborted"


def test_who_wants_to_see_them_does():
    script = """
with native_notices_held_to_the_end():
    notice()
"""
    assert errors_of(script, TF_CPP_MIN_LOG_LEVEL="0") == ["native notice"]
    assert errors_of(script) == []


def test_processes_that_are_started_write_to_the_terminal():
    script = """
import subprocess
from toolkit.quiet import error_descriptor
with native_notices_held_to_the_end():
    subprocess.run(["sh", "-c", "echo child >&2"], stderr=error_descriptor())
"""
    assert errors_of(script) == ["child"]
