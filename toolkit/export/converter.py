"""The LiteRT converter, in a process of its own: `python -m toolkit.export.converter`.

The converter can crash the process that it runs in, and importing it takes longer than most conversions. So one process imports it, and
forks for each request: a crash takes one file only. The process ends when nobody has asked it for a while, or with the one that started it.
Windows cannot fork, and macOS not safely after such an import: there each request has a process that imports it.
"""

import atexit
import functools
import gc
import json
import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import IO, NamedTuple

from toolkit.operating_system import can_fork_libraries, is_readable

PATIENCE = 120.0  # seconds without a request after which the process ends
ENVIRONMENT = {"TF_CPP_MIN_LOG_LEVEL": "3"}
REASON = ".reason"
"""Suffix of the file in which a fork leaves what the converter says of a file that it cannot make."""

Reasons = dict[str, str]
"""What the converter says of the files that it cannot make, by their names."""


class Job(NamedTuple):
    """One file to make.

    Attributes:
        saved_model: Folder of the SavedModel whose signatures it gets.
        format: `"float32"`, `"float16"` or `"int8"`.
        file: The `.tflite` file.
    """

    saved_model: str
    format: str
    file: str


class Converter:
    """Makes LiteRT files in a process that is started when it is needed, or before."""

    def __init__(self):
        self._process: subprocess.Popen | None = None

    def start(self) -> None:
        """Starts the process, so that it imports the converter while others do something else; does nothing where it runs already."""
        if self._process is None or self._process.poll() is not None:
            self.close()
            command = [sys.executable, "-m", __name__]
            pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.DEVNULL}
            self._process = subprocess.Popen(command, **pipes, text=True, env={**os.environ, **ENVIRONMENT})

    def close(self) -> None:
        """Ends the process, if there is one."""
        if self._process is not None:
            self._process.kill()
            self._process.communicate()
            self._process = None

    def convert(self, jobs: Sequence[Job]) -> Reasons:
        """Makes files, of built-in operators only.

        Args:
            jobs: The files.

        Returns:
            By name of each file that could not be made, what the converter says.
        """
        # The process stays in the folder that it was started in, whichever this one is in now.
        jobs = [Job(os.path.abspath(job.saved_model), job.format, os.path.abspath(job.file)) for job in jobs]
        for _ in range(2):  # a process that has just lost its patience is started once more
            self.start()
            try:
                print(json.dumps(jobs), file=self._process.stdin, flush=True)
                if answer := self._process.stdout.readline():
                    return json.loads(answer)
            except BrokenPipeError:
                pass
            code = self._process.wait()
        return {Path(job.file).name: f"the LiteRT converter's process ended with exit code {code}" for job in jobs}


CONVERTER = Converter()
"""The one of this process."""

atexit.register(CONVERTER.close)


def reason_in(text: str) -> str:
    """Returns the converter's own words for what it could not do, out of all that it says.

    Args:
        text: The message of its error, or what its process has written. Its compiler writes a line `PLACE: error: WORDS` for each error,
            and notes after it.
    """
    errors = re.findall(r"(?:^|: )error: (.+)", text)
    lines = [line for line in text.strip().splitlines() if line.strip()]
    return (errors or lines[-1:] or ["no message"])[0].strip()


def _serve(requests: IO[str], answers: IO[str]) -> None:
    """Answers requests, a line each, until there are none for a while."""
    if can_fork_libraries():
        import tensorflow  # noqa: F401 - what is imported here, the forks have

    gc.freeze()  # the converter collects garbage for each file: among all that has been imported there is none
    while is_readable(requests.fileno(), PATIENCE) and (request := requests.readline()):
        print(json.dumps(dict(_failures([Job(*words) for words in json.loads(request)]))), file=answers, flush=True)


def _failures(jobs: Sequence[Job]) -> Iterator[tuple[str, str]]:
    """Makes files in a process, and those behind one that has crashed it in another; yields names and reasons of those not made."""
    while jobs:
        with tempfile.TemporaryFile("w+", encoding="utf-8", errors="replace") as said:
            code = (_run_in_fork if can_fork_libraries() else _run_apart)(jobs, said)
            missing = [job for job in jobs if not os.path.exists(job.file)]
            for job in [job for job in missing if os.path.exists(job.file + REASON)]:
                reason = Path(job.file + REASON)
                yield Path(job.file).name, f"the LiteRT converter says: {reason.read_text('utf-8')}"
                reason.unlink()
                missing.remove(job)
            if missing:
                said.seek(0)
                yield Path(missing[0].file).name, f"the LiteRT converter ended with exit code {code}: {reason_in(said.read())}"
            jobs = missing[1:]


def _run_in_fork(jobs: Sequence[Job], said: IO[str]) -> int:
    """Makes files in a fork of this process, whose output goes to a file; returns its exit code."""
    if fork := os.fork():
        return os.waitstatus_to_exitcode(os.waitpid(fork, 0)[1])
    try:
        for stream in (1, 2):  # native code writes to them, too
            os.dup2(said.fileno(), stream)
        _convert_all(jobs)
        os._exit(0)
    except BaseException as error:  # whatever it is, this process has nobody to hand it to
        os.write(2, f"\n{error}".encode(errors="replace"))
        os._exit(1)


def _run_apart(jobs: Sequence[Job], said: IO[str]) -> int:
    """Makes files in a new process, whose output goes to a file; returns its exit code."""
    command = [sys.executable, "-m", __spec__.name, json.dumps(jobs)]
    return subprocess.run(command, stdin=subprocess.DEVNULL, stdout=said, stderr=said, check=False).returncode


def _convert_all(jobs: Sequence[Job]) -> None:
    _load_once()
    for job in jobs:
        _convert(job)


def _load_once() -> None:
    """Lets the converter keep what it loads: it loads a SavedModel twice for each file, only to look at its debug information."""
    from tensorflow.lite.python import lite

    if load := getattr(lite, "_load", None):
        once = functools.cache(lambda saved_model: load(saved_model, ["serve"]))
        lite._load = lambda saved_model, tags: once(saved_model)


def _convert(job: Job) -> None:
    import tensorflow as tf

    converter = tf.lite.TFLiteConverter.from_saved_model(job.saved_model)
    converter.target_spec.supported_ops = [tf.lite.OpsSet.TFLITE_BUILTINS]
    if job.format != "float32":
        converter.optimizations = [tf.lite.Optimize.DEFAULT]
    if job.format == "float16":
        converter.target_spec.supported_types = [tf.float16]
    converter.exclude_conversion_metadata = True  # nobody reads it, and writing it takes as long as some conversions
    try:
        content = converter.convert()
    except Exception as error:  # of many classes, of which the converter exports none
        Path(job.file + REASON).write_text(reason_in(str(error)), "utf-8")
    else:
        Path(job.file).write_bytes(content)


if __name__ == "__main__":
    if len(sys.argv) > 1:
        _convert_all([Job(*words) for words in json.loads(sys.argv[1])])
    else:
        _serve(sys.stdin, sys.stdout)
