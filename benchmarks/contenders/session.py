"""What runs in the process of one contender."""

import contextlib
import ctypes
import gc
import math
import time
from collections.abc import Callable
from multiprocessing.connection import Connection
from pathlib import Path

import numpy as np

from benchmarks.contenders import load
from benchmarks.contenders.rows import Row, make_problem
from toolkit.quiet import native_notices_hidden

ROUND_SECONDS = 0.05


class Session:
    """A contender made ready for one row.

    Memory is what the kernel counts as resident: `/proc/self/status` has what is held now (VmRSS) and the most ever held (VmHWM), which
    writing 5 to `/proc/self/clear_refs` sets back to what is held now. The framework is imported, and its threads and XLA's compiler have
    been at work, before the first look; and before each look the allocator gives back what it keeps of memory that was freed, such as the
    compiler's. So a difference is what the row needs. Elsewhere than on Linux there is no figure.

    Args:
        contender: Key of `CONTENDERS`.
        row: The row.
        seed: Seed of its numbers.
        threads: Threads of one operation.

    Raises:
        Unavailable: The contender cannot take part.
    """

    def __init__(self, contender: str, row: Row, seed: int, threads: int):
        module, options = load(contender)
        module.start(threads)
        reset_peak()
        self._before = _held("VmRSS")
        self._steps = module.build(row, make_problem(row, seed), **options)
        self._repeats = {}

    def first_call(self, step: str) -> float:
        """Returns the seconds that `"training"` or `"forward"` takes longer at the first call, which traces and compiles, than then."""
        first, *then = (self._seconds(step) for _ in range(3))
        self._repeats[step] = max(1, math.ceil(ROUND_SECONDS / min(then)))
        return first - min(then)

    def answers(self, training: bool) -> dict[str, np.ndarray]:
        """Returns the outputs, and of training the gradient of the sequences: every contender's are the same."""
        answers = {"outputs": np.asarray(self._steps.forward())}
        return answers | ({"gradient": np.asarray(self._steps.training()[0])} if training else {})

    def round(self, step: str) -> float:
        """Returns the milliseconds of a step, the mean over as many as take 0.05 seconds together."""
        run, repeats = getattr(self._steps, step), self._repeats[step]
        started = time.perf_counter()
        for _ in range(repeats):
            run()
        return 1e3 * (time.perf_counter() - started) / repeats

    def reset_peak(self) -> None:
        """Lets `peak` count from now on."""
        reset_peak()

    def peak(self) -> float | None:
        """Returns the most MiB held since `reset_peak`, or since the start, over what was held before the row was made ready."""
        peak = _held("VmHWM")
        return None if peak is None else peak - self._before

    def _seconds(self, step: str) -> float:
        started = time.perf_counter()
        getattr(self._steps, step)()
        return time.perf_counter() - started


def serve(connection: Connection, make_session: Callable, *arguments) -> None:
    """Makes a session of the arguments and answers `(method, arguments)` with its results, or with the error, until told `None`."""
    with native_notices_hidden():
        try:
            session = make_session(*arguments)
            connection.send(None)
            while (request := connection.recv()) is not None:
                method, *values = request
                connection.send(getattr(session, method)(*values))
        except EOFError:  # the parent is gone
            pass
        except Exception as error:
            connection.send(error)


def reset_peak() -> None:
    """Lets go of freed memory and sets the most memory ever held back to what is held now."""
    gc.collect()
    with contextlib.suppress(OSError, AttributeError):  # another C library than GNU's
        ctypes.CDLL(None).malloc_trim(0)
    with contextlib.suppress(OSError):  # not Linux
        Path("/proc/self/clear_refs").write_text("5")


def _held(field: str) -> float | None:
    try:
        lines = Path("/proc/self/status").read_text().splitlines()
    except OSError:  # not Linux
        return None
    return next(int(line.split()[1]) for line in lines if line.startswith(f"{field}:")) / 1024
