"""A Spark cluster on this machine: a master and workers, each a Java process of its own, on loopback."""

import contextlib
import os
import shutil
import signal
import socket
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

from toolkit.engines.waiting import comes_true

PATIENCE = 180  # seconds, on a machine that is busy with other tests


class Cluster(contextlib.AbstractContextManager):
    """Starts when it is entered, and is killed when it is left.

    Args:
        folder: What its processes write into.
        workers: How many there are, of one core each.

    Attributes:
        url: What to give to `--master`.
    """

    def __init__(self, folder: Path, workers: int):
        import pyspark

        self._home = Path(pyspark.__file__).parent
        self._folder = folder
        self._log = folder / "log"
        self._number = workers
        self._processes: list[subprocess.Popen] = []
        self._workers: list[subprocess.Popen] = []
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self._port = free.getsockname()[1]
        self.url = f"spark://127.0.0.1:{self._port}"

    def __enter__(self) -> "Cluster":
        self._start("master.Master", "--port", str(self._port))
        for _ in range(self._number):
            self.add_worker()
        wait_for(lambda: self._log.read_text("utf-8", "replace").count("Registering worker") >= self._number)
        return self

    def __exit__(self, *raised: Any) -> None:
        for process in self._processes:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()

    def add_worker(self) -> None:
        """Starts a worker more."""
        folder = self._folder / f"worker-{len(self._processes)}"
        words = ["--cores", "1", "--memory", "1g", "--work-dir", str(folder), self.url]
        self._workers.append(self._start("worker.Worker", *words))

    def lose_worker(self) -> None:
        """Kills a worker and all that it has started."""
        os.killpg(self._workers.pop().pid, signal.SIGKILL)

    def _start(self, name: str, *words: str) -> subprocess.Popen:
        command = [self._home / "bin/spark-class", f"org.apache.spark.deploy.{name}", "--host", "127.0.0.1", "--webui-port", "0", *words]
        environment = {**os.environ, "SPARK_HOME": str(self._home), "SPARK_LOCAL_IP": "127.0.0.1", "SPARK_DAEMON_MEMORY": "512m"}
        with self._log.open("ab") as log:
            process = subprocess.Popen(command, env=environment, stdout=log, stderr=log, start_new_session=True)
        self._processes.append(process)
        return process


def wait_for(happened: Callable[[], Any], seconds: float = PATIENCE) -> None:
    """Waits until what a function gives is true.

    Raises:
        TimeoutError: It has not become true in time.
    """
    if not comes_true(happened, seconds):
        raise TimeoutError(f"nothing has happened in {seconds} seconds")


def has_java() -> bool:
    """Tells whether Spark can run here."""
    return bool(os.environ.get("JAVA_HOME") or shutil.which("java"))
