"""An experiment: a claim, the rule that decides on it, what is run, and the verdict, which follows from rows and rule alone."""

import importlib
import statistics
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from matplotlib.figure import Figure

CONFIRMED, NOT_CONFIRMED, OPPOSITE = "confirmed", "not confirmed here", "the opposite here"
SIGNS = {1: "holds", 0: "does not hold in all seeds", -1: "is the other way round"}

Row = dict[str, Any]
"""One run: its factors, its seed, and its measures by name. A list among them is a curve, which a figure shows and no table."""


@dataclass(frozen=True)
class Comparison:
    """One part of a claim: every number on the one side is above every number on the other.

    Attributes:
        what: The statement, such as `"the error of SimpleRNN is above that of LSTM"`.
        above: Numbers of the side that the claim has above, one for each seed, or a threshold.
        below: Numbers of the other side.
    """

    what: str
    above: Sequence[float]
    below: Sequence[float]

    @property
    def sign(self) -> int:
        """1 if it holds in all seeds, -1 if the reverse does in all seeds, else 0."""
        return int(min(self.above) > max(self.below)) - int(max(self.above) < min(self.below))

    def sentence(self) -> str:
        """Returns the statement with its numbers and whether it holds."""
        return f"{self.what}: {_span(self.above)} against {_span(self.below)}, {SIGNS[self.sign]}"


@dataclass(frozen=True, kw_only=True)
class Experiment:
    """A claim of the literature and how it is tried.

    Attributes:
        name: Name of its module.
        title: What it is about, in a few words.
        claim: What is said.
        source: By whom.
        rule: The comparisons that decide, in words; `verdict_of` decides. It was written before anything was run.
        setting: What was run: task, sizes, steps.
        factors: Names of what differs between the rows besides the seed.
        run: `(seeds, **sizes)` to the rows, one after another; what the record holds comes of the sizes by default.
        compare: From rows to the comparisons of the rule.
        draw: Draws rows into a figure.
        seeds: Seeds of the weights and of the training data.
    """

    name: str
    title: str
    claim: str
    source: str
    rule: str
    setting: str
    factors: tuple[str, ...]
    run: Callable[..., Iterator[Row]]
    compare: Callable[[Sequence[Row]], list[Comparison]]
    draw: Callable[[Sequence[Row], Figure], None]
    seeds: tuple[int, ...] = (0, 1, 2)


def load(name: str) -> Experiment:
    """Returns the experiment of a name, and imports TensorFlow for it."""
    return importlib.import_module(f"benchmarks.theory.{name}").EXPERIMENT


def verdict_of(comparisons: Sequence[Comparison]) -> str:
    """Returns the verdict: a claim is confirmed if all of its comparisons hold, and reversed if the reverse of all of them does."""
    signs = {comparison.sign for comparison in comparisons}
    return {frozenset({1}): CONFIRMED, frozenset({-1}): OPPOSITE}.get(frozenset(signs), NOT_CONFIRMED)


def finding_of(comparisons: Sequence[Comparison]) -> str:
    """Returns how many of the comparisons hold, in a sentence."""
    held, reverse = (sum(comparison.sign == sign for comparison in comparisons) for sign in (1, -1))
    return f"{held} of {len(comparisons)} comparisons hold in all seeds, and the reverse of {reverse}."


def where(rows: Iterable[Row], **factors: Any) -> list[Row]:
    """Returns the rows with these values."""
    return [row for row in rows if all(row[name] == value for name, value in factors.items())]


def values(rows: Iterable[Row], measure: str, **factors: Any) -> list[float]:
    """Returns a measure of the rows with these values, one number for each seed.

    Raises:
        ValueError: There is no such row.
    """
    found = [row[measure] for row in where(rows, **factors)]
    if not found:
        raise ValueError(f"expected rows with {factors}, found none; run the experiment with all of its factors")
    return found


def mean(rows: Iterable[Row], measure: str, **factors: Any) -> float:
    """Returns the mean of `values`."""
    return statistics.fmean(values(rows, measure, **factors))


def different(rows: Iterable[Row], factor: str) -> list[Any]:
    """Returns the values of a factor, in the order of the rows."""
    return list(dict.fromkeys(row[factor] for row in rows))


def _span(numbers: Sequence[float]) -> str:
    low, high = f"{min(numbers):.3g}", f"{max(numbers):.3g}"
    return low if low == high else f"{low} to {high}"
