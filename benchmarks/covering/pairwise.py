"""Pairwise covering sets."""

import itertools
import random
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from typing import Any

Configuration = dict[str, Any]
TRIES = 40  # candidates for each configuration, of which the one with the most new pairs is taken


def covering_set(
    factors: Mapping[str, Sequence[Any]], is_possible: Callable[[Configuration], bool], seed: int, alone: Collection[str] = ()
) -> list[Configuration]:
    """Returns configurations in which each value of each factor meets each value of each other factor that it can meet.

    Each configuration is the best of a few candidates. A candidate begins with a pair that is not covered yet, and takes factor by factor,
    in random order, the value that covers the most, and of several the first: so the dear ones, which stand last, are not taken in vain.

    Args:
        factors: Values by name.
        is_possible: Says of a configuration of some of the factors whether there may be one with these values.
        seed: Of the random choices.
        alone: Names of factors of which it is enough that each value is taken once.

    Source: Cohen et al. 1997, "The AETG system: an approach to testing based on combinatorial design".
    """
    chance = random.Random(seed)
    missing = [wanted for wanted in wanted_in(factors, alone) if is_possible(dict(wanted))]
    configurations: list[Configuration] = []
    while missing:
        candidates = [found for _ in range(TRIES) if (found := _candidate(factors, is_possible, missing, chance))]
        best = max(candidates, key=lambda found: len(_covered(found, missing)))
        covered = _covered(best, missing)
        configurations.append(best)
        missing = [wanted for wanted in missing if wanted not in covered]
    return configurations


def wanted_in(factors: Mapping[str, Sequence[Any]], alone: Collection[str] = ()) -> Iterator[tuple]:
    """Yields what a covering set has to have: pairs of names with values, and single ones of the factors that stand alone.

    A list of them has one order in all processes, which a set has not.
    """
    meeting = {name: values for name, values in factors.items() if name not in alone}
    for (one, ones), (other, others) in itertools.combinations(meeting.items(), 2):
        yield from itertools.product(((one, value) for value in ones), [(other, value) for value in others])
    for name in alone:
        yield from (((name, value),) for value in factors[name])


def _candidate(factors, is_possible, missing: Sequence[tuple], chance: random.Random) -> Configuration | None:
    """Returns a configuration; `None` if the values chosen first leave none for a factor."""
    wanted = set(missing)
    found = dict(chance.choice(missing))
    others = [name for name in factors if name not in found]
    for name in chance.sample(others, len(others)):
        values = [value for value in factors[name] if is_possible({**found, name: value})]
        if not values:
            return None
        gains = [len(_added((name, value), found) & wanted) for value in values]
        found[name] = values[gains.index(max(gains))]
    return {name: found[name] for name in factors} if is_possible(found) else None


def _covered(configuration: Configuration, missing: Sequence[tuple]) -> set[tuple]:
    return {*itertools.combinations(configuration.items(), 2), *((item,) for item in configuration.items())} & set(missing)


def _added(item: tuple[str, Any], found: Configuration) -> set[tuple]:
    """Returns what a value adds to a configuration: itself, and its pairs with the values that are there, in either order."""
    return {(item,), *((item, each) for each in found.items()), *((each, item) for each in found.items())}
