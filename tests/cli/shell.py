"""Command lines in a shell, as users have them."""

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
TOOLKIT = 'toolkit() { "$PYTHON" -m toolkit "$@"; }'


def start(command, **options):
    """Starts a command line, in which `toolkit` is that of this tree; its errors are followed by the exit codes of its pipe."""
    environment = {**os.environ, "PYTHON": sys.executable, "PYTHONPATH": str(ROOT)}
    script = f'{TOOLKIT}; exec 3>&2; {command}; echo "codes ${{PIPESTATUS[@]}}" >&3'
    pipe = subprocess.PIPE
    return subprocess.Popen(
        ["bash", "-c", script], stdin=subprocess.DEVNULL, stdout=pipe, stderr=pipe, text=True, env=environment, **options
    )


def finish(process):
    """Waits for a command line; returns the exit codes of its pipe, its output, and its errors."""
    out, err = process.communicate(timeout=300)
    err, _, codes = err.rpartition("codes ")
    return [int(code) for code in codes.split()], out, err


def shell(command, **options):
    """Runs a command line; returns as `finish` does."""
    return finish(start(command, **options))
