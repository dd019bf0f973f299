"""What follows from measured times: the ratios, and whether they are as fast as was asked."""

import statistics
from collections.abc import Iterable

from benchmarks.contenders import FLOOR, OURS, STOCK

TIMES_STOCK = 1.3
TIMES_FLOOR = 1.2
FLOOR_RATIO = "floor / ours"

# By contender, its measured values by name.
Case = dict[str, dict[str, float]]


def best(case: Case, contenders: tuple[str, ...], value: str) -> float | None:
    """Returns the least of a value among contenders; `None` if none has it."""
    return min((case[name][value] for name in contenders if value in case.get(name, {})), default=None)


def ratios(case: Case) -> dict[str, float]:
    """Returns what can be said of a case: times as fast as stock and PyTorch (above 1 is good), times the floor and stock's memory (below).

    Stock is the better of the plain graph and XLA; the memory compared is that of the one that trains faster.
    """
    found = {}
    for step in ("training", "forward"):
        value = f"{step} ms"
        ours = best(case, OURS, value)
        found |= {
            f"{step}: stock / ours": _divided(best(case, STOCK, value), ours),
            f"{step}: ours / floor": _divided(ours, best(case, FLOOR, value)),
            f"{step}: PyTorch / ours": _divided(best(case, ("pytorch",), value), ours),
        }
    found["memory: ours / stock"] = _divided(best(case, OURS, "peak MiB"), best(case, _faster_stock(case), "peak MiB"))
    return {name: ratio for name, ratio in found.items() if ratio is not None}


def holds(found: dict[str, float]) -> bool | None:
    """Returns whether training is 1.3 times as fast as stock or within 1.2 times the floor; `None` if neither is known."""
    return fast_enough(found.get("training: stock / ours"), found.get("training: ours / floor"))


def fast_enough(stock: float | None, floor: float | None) -> bool | None:
    """Returns whether something is fast enough by either bound; `None` if neither is known.

    Args:
        stock: How many times as fast as stock it is.
        floor: How many times as long as the floor it takes.
    """
    if stock is None and floor is None:
        return None
    return (stock is not None and stock >= TIMES_STOCK) or (floor is not None and floor <= TIMES_FLOOR)


def speed_ratios(case: Case, compared: Iterable[tuple[str, tuple[str, ...]]], speed: str) -> dict[str, float]:
    """Returns how many times as fast as others ours is; above 1 is good.

    Args:
        case: The measured values.
        compared: Of each ratio the words, and the contenders of whom the fastest counts.
        speed: Name of what is to be high, such as tokens per second.
    """
    ours = case.get("ours", {}).get(speed)
    others = {what: max((case[name][speed] for name in names if speed in case.get(name, {})), default=None) for what, names in compared}
    return {what: ours / other for what, other in others.items() if ours and other}


def times_floor(case: Case, speed: str) -> dict[str, float]:
    """Returns how many times as fast as ours the floor is, as `FLOOR_RATIO`; nothing if one was not measured."""
    return {what: 1 / ratio for what, ratio in speed_ratios(case, [(FLOOR_RATIO, FLOOR)], speed).items()}


def more_time(speeds: dict[str, list[float]], than: str) -> Case:
    """Returns how much more time each takes than one of them in the same round, in per cent: the median and the quartiles.

    Args:
        speeds: By contender its speed in each round.
        than: The contender that the others are compared with.
    """
    names, case = ("more time, %", "lower quartile, %", "upper quartile, %"), {}
    for contender, own in speeds.items():
        more = [100 * (other / speed - 1) for other, speed in zip(speeds[than], own, strict=True)]
        low, middle, high = statistics.quantiles(more, n=4, method="inclusive")
        case[contender] = {name: float(f"{value:.4g}") for name, value in zip(names, (middle, low, high), strict=True)}
    return case


def _divided(above: float | None, below: float | None) -> float | None:
    return above / below if above and below else None


def _faster_stock(case: Case) -> tuple[str, ...]:
    for value in ("training ms", "forward ms"):
        timed = [name for name in STOCK if value in case.get(name, {})]
        if timed:
            return (min(timed, key=lambda name: case[name][value]),)
    return ()
