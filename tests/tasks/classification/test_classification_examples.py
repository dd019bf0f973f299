import numpy as np
import pytest
from sklearn.metrics import f1_score

from toolkit.data.labeled_texts.corpus import Split
from toolkit.data.splits.report import SplitReport
from toolkit.tasks.classification.examples import macro_f1_of_draws, measured_texts


def test_texts_by_length_label_and_source():
    labels = np.array([0, 1, 1, 0], "int32")
    split = Split(["a", "bb", "ccc", "dddd"], labels, ["here", "here", "there", "there"], SplitReport())
    probabilities = np.array([[0.9, 0.1], [0.7, 0.3], [0.2, 0.8], [0.05, 0.95]])
    summary = measured_texts(probabilities, split, ["bad", "good"]).summary()
    assert [score["name"] for score in summary["scores"]] == ["accuracy", "macro F1", "calibration error"]
    assert [[group["value"] for group in sliced["groups"]] for sliced in summary["slices"]] == [[1, 0, 1, 0], [0.5, 0.5], [0.5, 0.5]]
    worst = [{**example} for example in summary["worst"]["examples"]]
    assert worst == [
        {"text": "dddd", "expected": "bad", "answer": "good", "score": 0.95},
        {"text": "bb", "expected": "good", "answer": "bad", "score": 0.7},
    ]


def test_macro_f1_of_a_draw_is_that_of_the_texts_drawn():
    generator = np.random.default_rng(0)
    labels, predicted = generator.integers(0, 3, (2, 20))
    counts = generator.integers(0, 3, (2, 20))
    scores = macro_f1_of_draws(predicted, labels, 4)(counts.astype(float))
    for row, score in zip(counts, scores, strict=True):
        assert score == pytest.approx(f1_score(np.repeat(labels, row), np.repeat(predicted, row), average="macro", zero_division=0))
