"""Pairwise covering sets."""

import itertools
import random
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

Configuration = dict[str, Any]
TRIES = 40  # candidates for each configuration, of which the one with the most new pairs is taken


def covering_set(factors: Mapping[str, Sequence[Any]], is_possible: Callable[[Configuration], bool], seed: int) -> list[Configuration]:
    """Returns configurations in which each value of each factor meets each value of each other factor that it can meet.

    Each configuration is the best of a few candidates. A candidate begins with a pair that is not covered yet, and takes factor by factor,
    in random order, the value that covers the most, and of several the first: so the dear ones, which stand last, are not taken in vain.

    Args:
        factors: Values by name.
        is_possible: Says of a configuration of some of the factors whether there may be one with these values.
        seed: Of the random choices.

    Source: Cohen et al. 1997, "The AETG system: an approach to testing based on combinatorial design".
    """
    chance = random.Random(seed)
    pairs = [pair for pair in _pairs(factors) if is_possible(dict(pair))]
    missing, configurations = list(pairs), []
    while missing:
        candidates = [found for _ in range(TRIES) if (found := _candidate(factors, is_possible, missing, chance))]
        best = max(candidates, key=lambda found: len(_covered(found, missing)))
        covered = _covered(best, missing)
        configurations.append(best)
        missing = [pair for pair in missing if pair not in covered]
    return configurations


def _pairs(factors) -> Iterator[tuple]:
    """Yields pairs of names with values; a list of them has one order in all processes, which a set has not."""
    for (one, ones), (other, others) in itertools.combinations(factors.items(), 2):
        yield from itertools.product(((one, value) for value in ones), [(other, value) for value in others])


def _candidate(factors, is_possible, missing: Sequence[tuple], chance: random.Random) -> Configuration | None:
    """Returns a configuration; `None` if the values chosen first leave none for a factor."""
    wanted = set(missing)
    found = dict(chance.choice(missing))
    others = [name for name in factors if name not in found]
    for name in chance.sample(others, len(others)):
        values = [value for value in factors[name] if is_possible({**found, name: value})]
        if not values:
            return None
        gains = [sum((item, (name, value)) in wanted or ((name, value), item) in wanted for item in found.items()) for value in values]
        found[name] = values[gains.index(max(gains))]
    return {name: found[name] for name in factors} if is_possible(found) else None


def _covered(configuration: Configuration, missing: Sequence[tuple]) -> set[tuple]:
    return set(itertools.combinations(configuration.items(), 2)) & set(missing)
