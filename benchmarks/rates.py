"""How much of something a trained model gives per second."""

import statistics
import time
from collections.abc import Callable

Values = dict[str, float]


def per_second(runs: dict[str, Callable[[int], int]], rounds: int, unit: str) -> dict[str, Values]:
    """Lets runs take turns.

    Args:
        runs: By name, what is given the number of the turn, 0 for the one before the clock counts, and returns how much it has made.
        rounds: Turns of each.
        unit: What is made.

    Returns:
        By name the median and the least made per second, and the seconds that the first time takes longer, in which all is compiled.
    """
    firsts = {name: _timed(run, 0)[1] for name, run in runs.items()}
    timed = {name: [] for name in runs}
    for turn in range(1, rounds + 1):
        for name, run in runs.items():
            timed[name].append(_timed(run, turn))
    return {name: _values(firsts[name], turns, unit) for name, turns in timed.items()}


def _values(first: float, turns: list[tuple[int, float]], unit: str) -> Values:
    speeds = [made / seconds for made, seconds in turns]
    usual = statistics.median(seconds for _, seconds in turns)
    values = {f"{unit} per second": statistics.median(speeds), "least": min(speeds), "tracing and compiling s": first - usual}
    return {name: float(f"{value:.4g}") for name, value in values.items()}


def _timed(run: Callable[[int], int], turn: int) -> tuple[int, float]:
    started = time.perf_counter()
    made = run(turn)
    return made, time.perf_counter() - started
