"""A search for numbers at which a cost is low."""

from collections.abc import Callable, Sequence

FACTOR, FARTHEST = 3.0, 3  # between two values that are tried, and how often it may be taken


def lowest(cost: Callable[..., float], start: Sequence[float], factor: float = FACTOR) -> tuple[float, ...]:
    """Returns positive numbers at which a cost is low: it changes one after the other by a factor for as long as that helps.

    None goes farther from its start than `FARTHEST` times: what is found there is an accident of a short text.

    Args:
        cost: Of as many numbers as `start` has.
        start: Where it begins.
        factor: Between two values.
    """
    best, least = (0,) * len(start), cost(*start)
    tried = {best}

    def at(steps: tuple[int, ...]) -> tuple[float, ...]:
        return tuple(number * factor**step for number, step in zip(start, steps, strict=True))

    moved = True
    while moved:
        moved = False
        for place in range(len(best)):
            for step in (1, -1):
                while (next_ := (*best[:place], best[place] + step, *best[place + 1 :])) not in tried and abs(next_[place]) <= FARTHEST:
                    tried.add(next_)
                    if not (found := cost(*at(next_))) < least:
                        break
                    best, least, moved = next_, found, True
    return at(best)
