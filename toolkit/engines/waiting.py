"""Waiting for other machines."""

import time
from collections.abc import Callable

PATIENCE, JOINING = 20, 60
"""Seconds that a master has to answer, and its workers to start the processes that they are asked for."""


def comes_true(happened: Callable[[], bool], seconds: float = PATIENCE) -> bool:
    """Waits for something to happen; returns whether it has, in time.

    Args:
        happened: Whether it has.
        seconds: How long to wait.
    """
    end = time.monotonic() + seconds
    while not (found := happened()) and time.monotonic() < end:
        time.sleep(0.2)
    return found
