"""Pairwise covering sets."""

import itertools
import random
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

Configuration = dict[str, Any]
TRIES = 30  # candidates for each configuration, of which the one with the most new pairs is taken


def covering_set(
    factors: Mapping[str, Sequence[Any]], is_possible: Callable[[Configuration], bool], seed: int, at_least: int = 0
) -> list[Configuration]:
    """Returns configurations in which each value of each factor meets each value of each other factor that it can meet.

    Each configuration is the best of a few candidates. A candidate begins with a pair that is not covered yet, and takes factor by factor,
    in random order, the value that covers the most.

    Args:
        factors: Values by name.
        is_possible: Says of a configuration of some of the factors whether there may be one with these values.
        seed: Of the random choices.
        at_least: Number of configurations; when all pairs are covered, those that follow cover all of them once more.

    Source: Cohen et al. 1997, "The AETG system: an approach to testing based on combinatorial design".
    """
    chance = random.Random(seed)
    pairs = set(_pairs(factors, is_possible))
    missing, configurations = set(pairs), []
    while missing or len(configurations) < at_least:
        missing = missing or set(pairs)
        candidates = [found for _ in range(TRIES) if (found := _candidate(factors, is_possible, missing, chance))]
        best = max(candidates, key=lambda found: len(missing & _covered(found)))
        missing -= _covered(best)
        configurations.append(best)
    return configurations


def _pairs(factors, is_possible) -> Iterator[frozenset]:
    for (one, ones), (other, others) in itertools.combinations(factors.items(), 2):
        for pair in itertools.product(ones, others):
            if is_possible(dict(zip((one, other), pair, strict=True))):
                yield frozenset(zip((one, other), pair, strict=True))


def _candidate(factors, is_possible, missing: set[frozenset], chance: random.Random) -> Configuration | None:
    """Returns a configuration; `None` if the values chosen first leave none for a factor."""
    found = dict(chance.choice(sorted(missing, key=repr)))
    others = [name for name in factors if name not in found]
    for name in chance.sample(others, len(others)):
        values = [value for value in factors[name] if is_possible({**found, name: value})]
        if not values:
            return None
        gains = [sum(frozenset([(name, value), item]) in missing for item in found.items()) for value in values]
        found[name] = chance.choice([value for value, gain in zip(values, gains, strict=True) if gain == max(gains)])
    return found if is_possible(found) else None


def _covered(configuration: Configuration) -> set[frozenset]:
    return set(map(frozenset, itertools.combinations(configuration.items(), 2)))
