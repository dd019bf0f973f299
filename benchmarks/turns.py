"""Contenders that take turns, each in a process of its own, so that whatever else the machine does hits all of them alike."""

import contextlib
import multiprocessing
import statistics
import time
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy as np

from benchmarks.contenders import FLOOR, Unavailable
from benchmarks.contenders.rows import Row
from benchmarks.contenders.session import Session, serve

TOLERANCE = 1e-4  # single precision, over up to 1,024 steps, relative to the largest number
PAUSE = 0.005  # seconds for the threads of the one before to go to sleep

Values = dict[str, float]


class Worker:
    """A session, such as `benchmarks.contenders.session.Session`, in a process of its own.

    Args:
        make_session: Its class.
        *arguments: What the class is given.

    Raises:
        Unavailable: The contender cannot take part.
    """

    def __init__(self, make_session: Callable, *arguments):
        spawn = multiprocessing.get_context("spawn")  # a fork would share the parent's memory, and its threads would be gone
        self._connection, other = spawn.Pipe()
        self._process = spawn.Process(target=serve, args=(other, make_session, *arguments), daemon=True)
        self._process.start()
        other.close()
        self._answer()

    def __call__(self, method: str, *arguments) -> Any:
        """Calls a method of the session and returns what it returns."""
        self._connection.send((method, *arguments))
        return self._answer()

    def close(self) -> None:
        """Ends the process."""
        with contextlib.suppress(BrokenPipeError):
            self._connection.send(None)
        self._process.join()

    def _answer(self) -> Any:
        answer = self._connection.recv()
        if isinstance(answer, Exception):
            self._process.join()
            raise answer
        return answer


def measure(
    row: Row, contenders: Sequence[str], *, rounds: int, seed: int, threads: int, steps: Sequence[str], say: Callable = print
) -> dict[str, Values]:
    """Measures a row.

    Args:
        row: The row.
        contenders: Keys of `CONTENDERS`.
        rounds: How often each has its turn, per step.
        seed: Seed of the row's numbers.
        threads: Threads of one operation.
        steps: Of `"training"` and `"forward"` those to measure, in this order. The memory is that of the first.
        say: Is told who cannot take part.

    Returns:
        By contender, without those that cannot take part, the measured values by name: median and least milliseconds of each step, the
        seconds of tracing and compiling, and the memory in MiB.

    Raises:
        ValueError: The contenders do not agree in their outputs or gradients.
    """
    arguments = {name: (name, row, seed, threads) for name in contenders}
    with workers_of(Session, arguments, say) as workers:
        values = {name: _made_ready(worker, steps) for name, worker in workers.items()}
        require_agreement({name: worker("answers", "training" in steps) for name, worker in workers.items() if name not in FLOOR})
        for worker in workers.values():
            worker("reset_peak")
        for i, step in enumerate(steps):
            for name, times in take_turns(workers, [(step,)] * rounds).items():
                values[name] |= {f"{step} ms": statistics.median(times), f"{step} ms, least": min(times)}
            if i == 0:
                _add_memory(values, workers)
    return {name: {column: float(f"{value:.4g}") for column, value in columns.items()} for name, columns in values.items()}


@contextlib.contextmanager
def workers_of(make_session: Callable, arguments: dict[str, tuple], say: Callable = print) -> Iterator[dict[str, Worker]]:
    """Starts a process for each contender, and ends them.

    Args:
        make_session: Class of the sessions.
        arguments: By contender, what the class is given.
        say: Is told who cannot take part.

    Yields:
        The workers by contender, without those that cannot take part.
    """
    with contextlib.ExitStack() as stack:
        workers = {}
        for name in arguments:
            try:
                workers[name] = Worker(make_session, *arguments[name])
            except Unavailable as reason:
                say(f"  {name} does not take part: {reason}")
            else:
                stack.callback(workers[name].close)
        yield workers


def _made_ready(worker: Worker, steps: Sequence[str]) -> Values:
    values = {f"{step}, tracing and compiling s": worker("first_call", step) for step in steps}
    return values | _known("peak MiB, with compiling", worker("peak"))


def take_turns(workers: dict[str, Worker], rounds: Sequence[tuple]) -> dict[str, list[float]]:
    """Lets every worker have a turn in every round.

    Args:
        workers: By contender.
        rounds: For each, what the sessions' method `round` is given.

    Returns:
        By contender, what it returned in each round.
    """
    results = {name: [] for name in workers}
    for arguments in rounds:
        for name, worker in workers.items():
            time.sleep(PAUSE)
            results[name].append(worker("round", *arguments))
    return results


def _add_memory(values: dict[str, Values], workers: dict[str, Worker]) -> None:
    for name, worker in workers.items():
        if name in FLOOR:  # holds random numbers and no states: its memory says nothing
            values[name].pop("peak MiB, with compiling", None)
        else:
            values[name] |= _known("peak MiB", worker("peak"))


def _known(name: str, value: float | None) -> Values:
    return {} if value is None else {name: value}


def require_agreement(answers: dict[str, dict[str, np.ndarray]]) -> None:
    """Makes sure that all contenders computed the same, so that a wrong one cannot win.

    Args:
        answers: By contender, its `Session.answers`.

    Raises:
        ValueError: They differ; the message names who, in what and by how much.
    """
    if not answers:
        return
    (first, expected), *others = answers.items()
    for name, received in others:
        for what, array in received.items():
            scale = np.abs(expected[what]).max()
            difference = np.abs(array - expected[what]).max() / scale
            if not difference <= TOLERANCE:  # also if it is NaN
                raise ValueError(f"{name} and {first}: expected the same {what}, received a difference of {difference:.1e} of the largest")
