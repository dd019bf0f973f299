"""What the measuring of a test split has seen of each example, and what a report tells of it."""

import base64
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np

from toolkit.data.splits.interval import wilson_interval
from toolkit.evaluation.bootstrap import Score, bootstrap_interval, ratio_of_sums
from toolkit.evaluation.calibration import calibration_error, calibration_error_of_draws, reliability
from toolkit.evaluation.mistakes import excerpt

MOST_WORST, MOST_PICTURES = 200, 20
MOST_GROUPS = 40
FEW = 50
"""Examples below which a group hardly tells anything."""


class Example(NamedTuple):
    """One example of the test split, and what the model made of it.

    Attributes:
        text: What it was asked; a name if that is no text.
        expected: The right answer.
        answer: The one that was given.
        score: What examples are ordered by; `None` if nothing is shown beside them.
    """

    text: str
    expected: str
    answer: str
    score: float | None = None


@dataclass(frozen=True)
class Ratio:
    """A score that is Σ values / Σ weights over the examples, such as an accuracy.

    Attributes:
        name: What it is called.
        values: Of each example, `[examples]`: whether it is right, or another number.
        weights: Likewise; `None` where each example counts the same.
        percent: Whether it is a share.
    """

    name: str
    values: np.ndarray
    weights: np.ndarray | None = None
    percent: bool = True

    @property
    def examples(self) -> int:
        """How many examples there are."""
        return len(self.values)

    def of(self, rows: np.ndarray) -> "Ratio":
        """Returns the same of some examples."""
        return Ratio(self.name, self.values[rows], None if self.weights is None else self.weights[rows], self.percent)

    def spread(self) -> dict[str, Any]:
        """Returns the score, its interval and where that is from: Wilson's of what is right or wrong, else by the bootstrap."""
        weights = np.ones(len(self.values)) if self.weights is None else self.weights
        counting = weights > 0
        values, weights = np.asarray(self.values)[counting], weights[counting]
        if not len(values):
            return _spread(self.name, None, None, 0, "", self.percent)
        value = float(values.sum() / weights.sum())
        if self.percent and np.all(weights == 1) and np.isin(values, (0, 1)).all():
            return _spread(self.name, value, wilson_interval(value, len(values)), len(values), "Wilson", self.percent)
        interval = bootstrap_interval(ratio_of_sums(values, weights), len(values), 1 if self.percent else np.inf)
        return _spread(self.name, value, interval, len(values), "bootstrap", self.percent)


@dataclass(frozen=True)
class Resampled:
    """A score that is no such ratio.

    Attributes:
        name: What it is called.
        value: What it is on all examples.
        examples: How many there are.
        score: What it is on a draw of them.
        percent: Whether it is a share.
        most: The largest that there can be, of one that is no share.
    """

    name: str
    value: float
    examples: int
    score: Score
    percent: bool = True
    most: float = np.inf

    def spread(self) -> dict[str, Any]:
        """Returns the score and its interval, by the bootstrap."""
        interval = bootstrap_interval(self.score, self.examples, 1 if self.percent else self.most)
        return _spread(self.name, self.value, interval, self.examples, "bootstrap", self.percent)


Groups = Mapping[str, Ratio | Resampled]
"""A score of each of some groups of examples, by their names."""


@dataclass(frozen=True)
class Measured:
    """What the measuring of a test split has seen of each example.

    Attributes:
        examples: What the examples are, such as `"texts"`.
        scores: What is told with its spread.
        slices: Groups of examples, by what they differ in, such as `"length"`.
        worst: Examples to look at, the worst first.
        example: From such an example's row to what is shown of it; it is called for the first ones.
        picture: From it to a PNG file, of examples that are images; it is called for the very first.
        worst_are: What they are, in a sentence.
        score: What the score of an example is called; `""` if it has none.
        confidence: Probability of each answer that was given, `[examples]`, if there is one.
        right: Whether it is right, `[examples]`, if there is one.
        note: What has to be known of the spread.
    """

    examples: str
    scores: Sequence[Ratio | Resampled]
    slices: Mapping[str, Groups]
    worst: Sequence[int]
    example: Callable[[int], Example]
    worst_are: str
    score: str = ""
    picture: Callable[[int], bytes] | None = None
    confidence: np.ndarray | None = None
    right: np.ndarray | None = None
    note: str = ""

    def summary(self) -> dict[str, Any]:
        """Returns what a report shows, as JSON can hold it: no more than 200 examples of however many."""
        return {
            "examples": self.examples,
            "scores": [score.spread() for score in [*self.scores, *self._calibration_error()]],
            "slices": [_sliced(by, groups) for by, groups in self.slices.items() if len(groups) > 1],
            "worst": {
                "are": self.worst_are,
                "score": self.score,
                "of": len(self.worst),
                "examples": [self._shown(row, place < MOST_PICTURES) for place, row in enumerate(self.worst[:MOST_WORST])],
            },
            "calibration": None if self.confidence is None else _calibrated(self.confidence, self.right),
            "note": self.note,
        }

    def _calibration_error(self) -> list[Resampled]:
        if self.confidence is None:
            return []
        score = calibration_error_of_draws(self.confidence, self.right)
        return [Resampled("calibration error", float(score(np.ones((1, len(self.right))))[0]), len(self.right), score)]

    def _shown(self, row: int, with_picture: bool) -> dict[str, Any]:
        example = self.example(row)
        shown = {name: excerpt(getattr(example, name)) for name in ("text", "expected", "answer")}
        shown |= {} if example.score is None else {"score": float(example.score)}
        return shown | ({"picture": base64.b64encode(self.picture(row)).decode()} if self.picture and with_picture else {})


def by_length(score: Callable[[np.ndarray], Ratio | Resampled], lengths: Sequence[int]) -> Groups:
    """Returns quarters of the examples by their lengths, from short to long; fewer where many have the same.

    Args:
        score: From rows of examples to what is measured of them, such as `Ratio.of`.
        lengths: Of each example.
    """
    lengths = np.asarray(lengths)
    bounds = np.unique(np.quantile(lengths, [0.25, 0.5, 0.75, 1], method="inverted_cdf"))
    group = np.searchsorted(bounds, lengths)
    rows = [np.flatnonzero(group == number) for number in range(len(bounds))]
    return {_span(lengths[each]): score(each) for each in rows}


def by_name(score: Callable[[np.ndarray], Ratio | Resampled], names: Sequence[str]) -> Groups:
    """Returns the examples by a name that each has, such as its label, in the order of the alphabet.

    Args:
        score: As for `by_length`.
        names: Of each example.
    """
    different, group = np.unique(np.asarray(names, str), return_inverse=True)
    rows = np.split(np.argsort(group, kind="stable"), np.cumsum(np.bincount(group))[:-1])
    return {str(name): score(each) for name, each in zip(different, rows, strict=True)}


def worst_first(badness: np.ndarray, listed: np.ndarray) -> np.ndarray:
    """Returns the rows of some examples, the worst first.

    Args:
        badness: How bad each example is, `[examples]`.
        listed: Which of them are meant, such as the wrong ones, bool `[examples]`.
    """
    rows = np.flatnonzero(listed)
    return rows[np.argsort(-np.asarray(badness)[rows], kind="stable")]


def _span(lengths: np.ndarray) -> str:
    shortest, longest = int(lengths.min()), int(lengths.max())
    return f"{shortest:,}" if shortest == longest else f"{shortest:,} to {longest:,}"


def _spread(name: str, value: float | None, interval: tuple[float, float] | None, examples: int, by: str, percent: bool) -> dict[str, Any]:
    low, high = interval or (None, None)
    return {"name": name, "value": value, "low": low, "high": high, "examples": examples, "by": by if interval else "", "percent": percent}


def _sliced(by: str, groups: Groups) -> dict[str, Any]:
    """Returns the score of each group; of very many, those with the most examples."""
    kept = {name for name, _ in Counter({name: score.examples for name, score in groups.items()}).most_common(MOST_GROUPS)}
    rows = [{**score.spread(), "name": name} for name, score in groups.items() if name in kept]
    [measure] = {score.name for score in groups.values()}
    return {"by": by, "measure": measure, "left_out": len(groups) - len(kept), "groups": rows}


def _calibrated(confidence: np.ndarray, right: np.ndarray) -> dict[str, Any]:
    bins = reliability(np.asarray(confidence, np.float64), np.asarray(right))
    return {"confidence": float(np.mean(confidence)), "accuracy": float(np.mean(right)), "error": calibration_error(bins), "bins": bins}
