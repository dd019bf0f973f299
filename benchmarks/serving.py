"""How many texts an exported model answers per second, through a server and called directly.

    python -m benchmarks.serving RUN [--set NAME] [--requests 1000] [--seconds 30] [--out FOLDER]

RUN is a finished run. It is exported to a temporary folder, and `toolkit serve` serves it on this machine, by kserve. Clients, 1, 8 and
32 of them, each send one of the run's held-out texts after the other and wait for the answer. Then the SavedModel is called without a
server, with batches of 1 and of 32, each in new processes. docs/serving_speed.md shows the record.
"""

import argparse
import contextlib
import http.client
import itertools
import json
import subprocess
import sys
import tempfile
import threading
import time
import urllib.parse
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import numpy as np

from benchmarks.own_process import in_own_process
from benchmarks.records import RESULTS, SpeedRecord
from benchmarks.serving_page import BATCHES, CLIENTS, FIRST, PROCESSES, SERVING, direct_row, server_row
from benchmarks.speed import Case
from benchmarks.speed_page import measurement_table
from toolkit.run_folder import RunFolder
from toolkit.server.served_model import find_model

REQUESTS = 1000
SECONDS = 30
TIMEOUT = 120  # seconds for one answer
STOP = 60  # seconds for the server to stop
Calls = list[tuple[float, float]]  # when each began and ended


def main(argv: Sequence[str] | None = None) -> SpeedRecord:
    """Measures, prints and writes the record."""
    parser = argparse.ArgumentParser(description="Time the answers of a served model.")
    parser.add_argument("run", metavar="RUN", help="folder of a finished training run")
    parser.add_argument("--set", help="what to call the model (default: the folder)")
    parser.add_argument("--requests", type=int, default=REQUESTS, help="of each measurement at most (default: %(default)s)")
    parser.add_argument("--seconds", type=float, default=SECONDS, help="of each measurement at most (default: %(default)s)")
    parser.add_argument("--out", type=Path, default=RESULTS, help="folder of the record")
    options = parser.parse_args(argv)
    started = time.monotonic()
    run = RunFolder(options.run)
    name = options.set or run.path.resolve().name
    texts = from_usual(run.read_json(run.samples))
    with tempfile.TemporaryDirectory(prefix="benchmark-serving-") as folder:
        export = [sys.executable, "-m", "toolkit", "export", options.run, "--export-dir", folder, "--name", "model"]
        subprocess.run(export, check=True, stdout=subprocess.DEVNULL)
        case = measure(Path(folder) / "model", texts, options.requests, options.seconds)
    record = SpeedRecord(
        name=f"serving-{name.lower()}",
        table=SERVING,
        what=f"{name}: {len(texts)} texts of {round(np.mean([len(text) for text in texts])):,} characters on average",
        command=f"python -m benchmarks.serving RUN --set {name} --requests {options.requests} --seconds {options.seconds:g}",
        seed=0,
        minutes=round((time.monotonic() - started) / 60, 2),
        measurements={name: case},
    )
    print(measurement_table(record))
    print(record.save(options.out))
    return record


def from_usual(texts: Sequence[str]) -> list[str]:
    """Returns the texts in the same order, from one of median length on: a first call that is slow is so because it is the first."""
    start = sorted(range(len(texts)), key=lambda i: len(texts[i]))[len(texts) // 2]
    return [*texts[start:], *texts[:start]]


def measure(model: Path, texts: Sequence[str], requests: int, seconds: float, processes: int = PROCESSES) -> Case:
    """Measures a model through a server, then directly.

    Args:
        model: Folder of its versions.
        texts: What it is asked, over and over.
        requests: Requests, or calls, of each measurement at most.
        seconds: Time of each measurement at most.
        processes: Of how many processes' first calls of the SavedModel the median counts.

    Returns:
        By way of asking: the texts per second, the milliseconds that half and 99 of 100 of the calls take at most, and those of the first.
    """
    with serving(model) as url:
        answers = {clients: ask(url, texts, clients, requests, seconds) for clients in CLIENTS}
    rows = {server_row(clients): values_of(calls, 1) for clients, calls in answers.items()}
    called = {batch: values_of(call_directly(model, texts, batch, requests, seconds), batch) for batch in BATCHES}
    others = [values_of(call_directly(model, texts, 1, 1, seconds), 1)[FIRST] for _ in range(processes - 1)]
    called[1][FIRST] = float(np.median([called[1][FIRST], *others]))
    return rows | {direct_row(batch): values for batch, values in called.items()}


@contextlib.contextmanager
def serving(model: Path) -> Iterator[str]:
    """Serves a model on this machine while the block runs.

    Yields:
        The URL that takes requests.

    Raises:
        RuntimeError: The server has ended before it was ready.
    """
    command = [sys.executable, "-m", "toolkit", "serve", str(model), "--port", "0", "--backend", "kserve"]
    with tempfile.TemporaryFile("w+") as log:
        server = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=log, text=True)
        try:
            line = server.stdout.readline()
            if not line.startswith("ready at "):
                log.seek(0)
                raise RuntimeError(f"the server has ended: {log.read()}")
            yield line.removeprefix("ready at ").strip()
        finally:
            server.terminate()
            server.wait(STOP)
            server.stdout.close()


def ask(url: str, texts: Sequence[str], clients: int, requests: int, seconds: float) -> Calls:
    """Lets clients send requests, each the next as soon as it has an answer.

    Args:
        url: What takes requests.
        texts: What it is asked.
        clients: How many there are at the same time.
        requests: Requests of all of them at most.
        seconds: Time in which requests begin.

    Returns:
        The calls in the order in which they began.

    Raises:
        RuntimeError: A request was refused.
    """
    numbers, calls, errors = iter(range(requests)), [], []
    lock, deadline = threading.Lock(), time.perf_counter() + seconds

    def work() -> None:
        try:
            with contextlib.closing(http.client.HTTPConnection(urllib.parse.urlsplit(url).netloc, timeout=TIMEOUT)) as connection:
                while time.perf_counter() < deadline and not errors:
                    with lock:
                        number = next(numbers, None)
                    if number is None:
                        return
                    began = time.perf_counter()
                    _post(connection, url, texts[number % len(texts)])
                    calls.append((began, time.perf_counter()))
        except (OSError, http.client.HTTPException, RuntimeError) as error:
            errors.append(error)

    threads = [threading.Thread(target=work) for _ in range(clients)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if errors:
        raise RuntimeError(f"a request has failed: {errors[0]}")
    return sorted(calls)


def _post(connection: http.client.HTTPConnection, url: str, text: str) -> None:
    body = json.dumps({"instances": [text]}).encode()
    connection.request("POST", urllib.parse.urlsplit(url).path, body, {"Content-Type": "application/json"})
    response = connection.getresponse()
    answer = response.read()
    if response.status != 200:
        raise RuntimeError(f"{response.status} {answer[:300]!r}")


def call_directly(model: Path, texts: Sequence[str], batch: int, requests: int, seconds: float) -> Calls:
    """Calls the SavedModel in a process of its own, as soon as it is warm.

    Args:
        model: Folder of its versions.
        texts: What it is asked.
        batch: Texts of one call.
        requests: Calls at most.
        seconds: Time in which calls begin.

    Returns:
        The calls.
    """
    return in_own_process(_call_directly, model, texts, batch, requests, seconds)


def _call_directly(model: Path, texts: Sequence[str], batch: int, requests: int, seconds: float) -> Calls:
    from toolkit.server.requests import DEFAULT_SIGNATURE
    from toolkit.server.signatures import Signatures

    signatures = Signatures(find_model(model).version_folder)
    signatures.warm_up()
    endless = itertools.cycle([text.encode() for text in texts])
    return _timed(
        lambda: signatures(DEFAULT_SIGNATURE, {"texts": np.array(list(itertools.islice(endless, batch)), object)}), requests, seconds
    )


def _timed(call: Callable[[], None], most: int, seconds: float) -> Calls:
    calls, deadline = [], time.perf_counter() + seconds
    while len(calls) < most and time.perf_counter() < deadline:
        began = time.perf_counter()
        call()
        calls.append((began, time.perf_counter()))
    return calls


def values_of(calls: Calls, texts: int) -> dict[str, float]:
    """Returns what is recorded of calls.

    Args:
        calls: When each began and ended, in the order in which they began.
        texts: Texts of one call.
    """
    times = np.array(calls)
    milliseconds = 1000 * (times[:, 1] - times[:, 0])
    values = {
        "texts per second": len(calls) * texts / (times[:, 1].max() - times[:, 0].min()),
        "p50 ms": np.percentile(milliseconds, 50),
        "p99 ms": np.percentile(milliseconds, 99),
        FIRST: milliseconds[0],
        "calls": len(calls),
    }
    return {name: float(f"{value:.4g}") for name, value in values.items()}


if __name__ == "__main__":
    main()
