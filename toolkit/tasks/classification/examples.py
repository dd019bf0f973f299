"""What the measuring of a classifier has seen of each text, for the report of its run."""

from collections.abc import Sequence

import numpy as np

from toolkit.data.labeled_texts.corpus import Split
from toolkit.evaluation.bootstrap import Score
from toolkit.evaluation.measured import Example, Measured, Ratio, Resampled, by_length, by_name, worst_first


def measured_texts(probabilities: np.ndarray, split: Split, label_names: Sequence[str]) -> Measured:
    """Returns what became of each text.

    Args:
        probabilities: `[texts, labels]`.
        split: The texts, with their labels and sources.
        label_names: Name of every label.
    """
    predicted, confidence = probabilities.argmax(1), probabilities.max(1).astype(np.float64)
    right = predicted == split.labels
    accuracy, macro_f1 = Ratio("accuracy", right), macro_f1_of_draws(predicted, split.labels, len(label_names))

    def example(row: int) -> Example:
        return Example(split.texts[row], label_names[split.labels[row]], label_names[predicted[row]], confidence[row])

    return Measured(
        "texts",
        scores=[accuracy, Resampled("macro F1", float(macro_f1(np.ones((1, len(right))))[0]), len(right), macro_f1)],
        slices={
            "length in characters": by_length(accuracy.of, [len(text) for text in split.texts]),
            "label": by_name(accuracy.of, [label_names[label] for label in split.labels]),
            "source": by_name(accuracy.of, split.sources),
        },
        worst=worst_first(confidence, ~right),
        example=example,
        worst_are="wrong answers, those given with the highest probability first; look whether the label that was expected is true",
        score="probability",
        confidence=confidence,
        right=right,
    )


def macro_f1_of_draws(predicted: np.ndarray, labels: np.ndarray, number: int) -> Score:
    """Returns the macro F1 of draws of the texts, for `bootstrap_interval`.

    Args:
        predicted: The label that each was given, `[texts]`.
        labels: The true ones.
        number: How many labels there are.
    """
    right = predicted == labels

    def of_draw(counts: np.ndarray) -> float:
        hits = np.bincount(labels, counts * right, number)
        among = np.bincount(labels, counts, number) + np.bincount(predicted, counts, number)
        return np.mean(2 * hits[among > 0] / among[among > 0])

    return lambda counts: np.array([of_draw(row) for row in counts])
