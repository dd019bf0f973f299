"""How good a classifier is: from probabilities and labels to numbers."""

import dataclasses
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from toolkit.data.splits.interval import wilson_interval
from toolkit.evaluation.calibration import calibration_error, reliability
from toolkit.evaluation.mistakes import MISTAKES_SHOWN, excerpt
from toolkit.html import Shown

SCORES = {"accuracy": "accuracy", "macro_f1": "macro F1", "calibration_error": "calibration error"}  # and what they are called
FEW_EXAMPLES = 1000  # below which the table says what the accuracy is worth
VERY_FEW_EXAMPLES = 50  # below which it is worth next to nothing
TOO_FEW = f"fewer than {VERY_FEW_EXAMPLES} texts hardly tell a good model from a bad one: give more, as in toolkit evaluate RUN --data FILE"


@dataclasses.dataclass(frozen=True)
class Mistake:
    """One wrong answer.

    Attributes:
        text: The text, as `excerpt` cuts it.
        label: The true label.
        predicted: The label that was given.
        probability: The probability of the label that was given.
    """

    text: str
    label: str
    predicted: str
    probability: float


@dataclasses.dataclass(frozen=True)
class ClassificationResult(Shown):
    """What `evaluate_classifier` found.

    Attributes:
        examples: Number of examples.
        accuracy: Share of examples whose most probable label is the true one.
        macro_f1: Mean of the labels' F1 scores. A label that is neither true nor predicted anywhere has no F1 and is left out.
        calibration_error: Expected calibration error of the top probability, over 15 bins of equal width.
        sources: For every source, its number of examples and its accuracy.
        label_names: Names of the labels.
        confusion: Counts, `[true label][predicted label]`.
        mistakes: The wrong answers given with the highest probability, at most `MISTAKES_SHOWN`, the most confident first.
        reliability: For every bin that holds texts, from low to high: `above` and `up_to`, between which their probabilities lie, the
            number of `texts`, the mean probability (`confidence`) and the share that is right (`accuracy`).
        parts: `scores` of each part of the model alone.

    Source of the calibration error and the bins: Guo et al. 2017, "On calibration of modern neural networks", section 2.
    """

    examples: int
    accuracy: float
    macro_f1: float
    calibration_error: float
    sources: dict[str, dict[str, float]]
    label_names: list[str]
    confusion: list[list[int]]
    mistakes: list[Mistake]
    reliability: list[dict[str, float]] = dataclasses.field(default_factory=list)
    parts: dict[str, dict[str, float]] = dataclasses.field(default_factory=dict)

    def as_dict(self) -> dict[str, Any]:
        """Returns plain lists, dicts and numbers, ready for JSON."""
        return dataclasses.asdict(self)

    @classmethod
    def from_dict(cls, values: dict[str, Any]) -> "ClassificationResult":
        """Makes a result from what `as_dict` returned; in older runs a part has an accuracy alone."""
        parts = {name: part if isinstance(part, dict) else {"accuracy": part} for name, part in values.get("parts", {}).items()}
        return cls(**{**values, "parts": parts, "mistakes": [Mistake(**mistake) for mistake in values["mistakes"]]})

    @property
    def calibration(self) -> str:
        """What the calibration error says, in words; with that of the first part as it was trained, if it is known."""
        confidence = sum(each["texts"] * each["confidence"] for each in self.reliability) / self.examples
        before = next(iter(self.parts.values()), {}).get("calibration_error")
        points = 100 * self.calibration_error
        told = f"on average {confidence:.1%} sure and {self.accuracy:.1%} right; probabilities are off by {points:.1f} points"
        return told if before is None else f"{told}, by {100 * before:.1f} before the validation texts set the temperature"

    def __str__(self) -> str:
        """Returns a short table for the terminal."""
        return self.beside({})

    def beside(self, others: Mapping[str, Mapping[str, float]]) -> str:
        """Returns the table for the terminal with more rows.

        Args:
            others: By what they are called, the `scores` of other classifiers of the same texts.
        """
        rows = {"this model": {"examples": self.examples, **{name: getattr(self, name) for name in SCORES}}}
        rows |= {f"  {name}": source for name, source in self.sources.items() if len(self.sources) > 1}
        rows |= {f"  {name} alone": part for name, part in self.parts.items() if len(self.parts) > 1}
        lines = _table(rows | dict(others))
        if self.examples < FEW_EXAMPLES:
            low, high = wilson_interval(self.accuracy, self.examples)
            lines[1] += f" (95 % interval of the accuracy: {low:.0%} to {high:.0%})"
        lines += [self.calibration] if self.reliability else []
        lines += [TOO_FEW] if self.examples < VERY_FEW_EXAMPLES else []
        return "\n".join(lines)


def scores(probabilities: np.ndarray, labels: np.ndarray) -> dict[str, float]:
    """Returns the `accuracy`, `macro_f1` and `calibration_error` of probabilities `[examples, labels]`."""
    predicted, confidence = probabilities.argmax(axis=1), probabilities.max(axis=1).astype(np.float64)
    return {
        "accuracy": float((predicted == labels).mean()),
        "macro_f1": _macro_f1(_confusion(predicted, labels, probabilities.shape[1])),
        "calibration_error": calibration_error(reliability(confidence, predicted == labels)),
    }


def evaluate_classifier(
    probabilities: np.ndarray, labels: np.ndarray, label_names: Sequence[str], sources: Sequence[str], texts: Sequence[str]
) -> ClassificationResult:
    """Compares predicted probabilities with true labels.

    The predicted label is the most probable one; between equals, the first.

    Args:
        probabilities: `[examples, labels]`, every row sums to 1.
        labels: Index of the true label, integers `[examples]`.
        label_names: Name of every label.
        sources: Where every example comes from.
        texts: The text of every example, for the mistakes.

    Returns:
        The metrics.

    Raises:
        ValueError: There is no example, the arguments do not fit together, or the probabilities are none.
    """
    probabilities, labels = np.asarray(probabilities, np.float64), np.asarray(labels)
    _check(probabilities, labels, label_names, sources, texts)
    predicted, confidence = probabilities.argmax(axis=1), probabilities.max(axis=1)
    correct = predicted == labels
    return ClassificationResult(
        examples=len(labels),
        **scores(probabilities, labels),
        sources=_per_source(correct, np.asarray(sources, object)),
        label_names=list(label_names),
        confusion=_confusion(predicted, labels, len(label_names)).tolist(),
        mistakes=[
            Mistake(excerpt(texts[i]), label_names[labels[i]], label_names[predicted[i]], float(confidence[i]))
            for i in _most_confident(confidence, ~correct)
        ],
        reliability=reliability(confidence, correct),
    )


def _table(rows: Mapping[str, Mapping[str, float]]) -> list[str]:
    """Returns lines: a head, and of each row its name, those scores that it has, and the number of its texts."""
    names, counts = max(map(len, rows)), max(len(f"{row.get('examples', 0):,}") for row in rows.values())
    lines = ["  ".join([" " * names, *SCORES.values()])]
    for name, row in rows.items():
        cells = [f"{row[score]:.2%}" if score in row else "" for score in SCORES]
        line = "  ".join([f"{name:<{names}}", *(f"{cell:>{len(head)}}" for cell, head in zip(cells, SCORES.values(), strict=True))])
        lines.append(f"{line}  of {row['examples']:>{counts},} texts" if "examples" in row else line.rstrip())
    return lines


def _check(probabilities: np.ndarray, labels: np.ndarray, label_names: Sequence[str], sources: Sequence[str], texts: Sequence[str]) -> None:
    examples = len(labels)
    if not examples:
        raise ValueError("Argument `labels` must hold at least one label. Received: none")
    if probabilities.shape != (examples, len(label_names)):
        expected = (examples, len(label_names))
        raise ValueError(f"Argument `probabilities` must be {expected}: examples, label names. Received: shape={probabilities.shape}")
    if not (np.all(probabilities >= 0) and np.allclose(probabilities.sum(axis=1), 1, atol=1e-3)):  # atol: the inputs may be float16
        raise ValueError(
            "Every row of argument `probabilities` must be non-negative and sum to 1. Received: other values; were these logits?"
        )
    if not np.issubdtype(labels.dtype, np.integer) or labels.min() < 0 or labels.max() >= len(label_names):
        raise ValueError(f"Argument `labels` must hold integers from 0 to {len(label_names) - 1}. Received: {np.unique(labels)[:10]}")
    for name, values in (("sources", sources), ("texts", texts)):
        if len(values) != examples:
            raise ValueError(f"Argument `{name}` must have one entry for each of the {examples} labels. Received: {len(values)} entries")


def _confusion(predicted: np.ndarray, labels: np.ndarray, number: int) -> np.ndarray:
    confusion = np.zeros((number, number), np.int64)
    np.add.at(confusion, (labels, predicted), 1)
    return confusion


def _macro_f1(confusion: np.ndarray) -> float:
    true_or_predicted = confusion.sum(axis=0) + confusion.sum(axis=1)
    present = true_or_predicted > 0
    return float(np.mean(2 * np.diag(confusion)[present] / true_or_predicted[present]))


def _per_source(correct: np.ndarray, sources: np.ndarray) -> dict[str, dict[str, float]]:
    masks = {str(name): sources == name for name in sorted(set(sources))}
    return {name: {"examples": int(mask.sum()), "accuracy": float(correct[mask].mean())} for name, mask in masks.items()}


def _most_confident(confidence: np.ndarray, wrong: np.ndarray) -> np.ndarray:
    indices = np.flatnonzero(wrong)
    return indices[np.argsort(-confidence[indices], kind="stable")][:MISTAKES_SHOWN]
