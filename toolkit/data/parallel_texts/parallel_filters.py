"""Which pairs of a parallel text teach nothing, or the wrong thing.

What hurts a recurrent translator most is a target that is the source over again, then pairs whose sides do not belong together, of which
the ratio of their lengths tells (Khayrallah and Koehn 2018, "On the Impact of Various Types of Noise on Neural Machine Translation").
"""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence

from toolkit.data.splits.report import SplitReport

Filter = Callable[[Sequence, Sequence], bool]
"""Tells whether a pair is to be dropped; it is asked in the order of the pairs, once for each."""

EMPTY_SIDE = "empty side"


def empty_side(source: str, target: str) -> bool:
    """Tells whether one of two texts, or both, has nothing but spaces."""
    return not source.strip() or not target.strip()


def identical_sides(source: str, target: str) -> bool:
    """Tells whether nothing was translated."""
    return source.strip() == target.strip()


def too_long(source: Sequence, target: Sequence, max_length: int) -> bool:
    """Tells whether one side is longer than `max_length`: in characters for texts, in tokens for lists of tokens."""
    return max(len(source), len(target)) > max_length


def too_uneven(source: Sequence, target: Sequence, max_ratio: float) -> bool:
    """Tells whether one side is more than `max_ratio` times as long as the other."""
    return max(len(source), len(target)) > max_ratio * min(len(source), len(target))


def repeated() -> Filter:
    """Returns a filter that drops a pair it has seen before; the same source with another target is another pair."""
    seen: set[tuple[str, str]] = set()

    def is_repeated(source: str, target: str) -> bool:
        known = (source, target) in seen
        seen.add((source, target))
        return known

    return is_repeated


def length_filters(unit: str, max_length: int | None = None, max_ratio: float | None = None) -> dict[str, Filter]:
    """Makes the filters of lengths.

    Args:
        unit: What is counted, for the report: `"characters"` or `"tokens"`.
        max_length: Most units of each side; `None` for no limit.
        max_ratio: Most that a side may be longer than the other, as a factor; `None` for no limit.

    Returns:
        Filters by the reason that the report gives.

    Raises:
        ValueError: `max_length` or `max_ratio` is below 1.
    """
    if min(max_length or 1, max_ratio or 1) < 1 or 0 in (max_length, max_ratio):
        raise ValueError(f"`max_length` and `max_ratio` must be at least 1. Received: max_length={max_length}, max_ratio={max_ratio}")
    filters: dict[str, Filter] = {}
    if max_length is not None:
        filters[f"longer than {max_length:,} {unit}"] = lambda source, target: too_long(source, target, max_length)
    if max_ratio is not None:
        filters[f"one side over {max_ratio:g} times as many {unit}"] = lambda source, target: too_uneven(source, target, max_ratio)
    return filters


def text_filters(max_characters: int | None = None, max_ratio: float | None = None) -> dict[str, Filter]:
    """Makes the filters of texts: empty or identical sides, length and ratio in characters if asked for, repeated pairs.

    Args:
        max_characters: Most characters of each side; `None` for no limit.
        max_ratio: Most that a side may have more characters than the other, as a factor; `None` for no limit.

    Returns:
        Filters by the reason that the report gives, new ones with each call, since one remembers pairs.
    """
    lengths = length_filters("characters", max_characters, max_ratio)
    return {EMPTY_SIDE: empty_side, "identical sides": identical_sides, **lengths, "repeated": repeated()}


def kept_pairs(
    sources: Sequence[Sequence], targets: Sequence[Sequence], filters: Mapping[str, Filter], report: SplitReport, whole: bool = False
) -> list[int]:
    """Applies filters, and counts in the report each pair that one of them drops, by the first that does.

    A second call on what the first has kept, such as on its tokens, adds to the counts of the first.

    Args:
        sources: Texts, or lists of tokens.
        targets: As many.
        filters: By reason, such as `text_filters` and `length_filters` make.
        report: Report of the split; `kept` and `dropped` are brought up to date, or `noted`.
        whole: Drop only pairs with an empty side, and note the others, so that a score on this split can be compared with others'.

    Returns:
        Positions of the pairs to keep, ascending.
    """
    found = [
        next((reason for reason, drops in filters.items() if drops(source, target)), None)
        for source, target in zip(sources, targets, strict=True)
    ]
    dropped = {reason for reason in filters if reason == EMPTY_SIDE or not whole}
    for reason, number in Counter(filter(None, found)).items():
        counts = report.dropped if reason in dropped else report.noted
        counts[reason] = counts.get(reason, 0) + number
    kept = [position for position, reason in enumerate(found) if reason not in dropped]
    report.kept = len(kept)
    return kept
