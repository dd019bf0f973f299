import json

import numpy as np
import pytest

from toolkit.data.splits.interval import wilson_interval
from toolkit.evaluation.measured import MOST_WORST, Example, Measured, Ratio, Resampled, by_length, by_name, worst_first
from toolkit.json_text import to_json


def test_what_is_right_or_wrong_has_wilsons_interval():
    # 8 of 10: (0.8 + 1.92 / 10 ± 1.96 sqrt(0.16 / 10 + 0.96 / 100)) / (1 + 3.84 / 10)
    spread = Ratio("accuracy", np.arange(10) < 8).spread()
    assert (spread["low"], spread["high"]) == (pytest.approx(0.490, abs=5e-4), pytest.approx(0.943, abs=5e-4))
    assert (spread["value"], spread["examples"], spread["by"]) == (0.8, 10, "Wilson")


def test_examples_without_weight_do_not_count():
    spread = Ratio("recall", np.array([1, 0, 0]), np.array([1, 1, 0])).spread()
    assert (spread["value"], spread["examples"]) == (0.5, 2)
    assert (spread["low"], spread["high"]) == wilson_interval(0.5, 2)
    assert Ratio("recall", np.array([0.0]), np.array([0.0])).spread()["value"] is None


def test_other_scores_are_drawn():
    values, weights = np.array([2.0, 1.0, 3.0]), np.array([2.0, 2.0, 4.0])
    assert Ratio("F1", np.tile(values, 4), np.tile(weights, 4)).spread()["by"] == "bootstrap"
    few = Ratio("F1", values, weights).spread()
    assert (few["value"], few["low"], few["by"]) == (0.75, None, "")
    spread = Resampled("spare", 3.0, 30, lambda counts: counts @ np.arange(30) / 145, percent=False).spread()
    assert spread["low"] < 3 < spread["high"]


@pytest.mark.parametrize(
    ("lengths", "names"),
    [
        ([1, 2, 3, 4, 5, 6, 7, 8], ["1 to 2", "3 to 4", "5 to 6", "7 to 8"]),
        ([5, 5, 5, 5], ["5"]),
        ([1, 1, 1, 1, 1, 1, 1, 2000], ["1", "2,000"]),
        ([0], ["0"]),
    ],
)
def test_quarters_by_length(lengths, names):
    groups = by_length(Ratio("accuracy", np.ones(len(lengths), bool)).of, lengths)
    assert [*groups] == names
    assert sum(group.examples for group in groups.values()) == len(lengths)


def test_groups_by_name():
    groups = by_name(Ratio("accuracy", np.array([True, False, True])).of, ["b", "a", "b"])
    assert {name: group.spread()["value"] for name, group in groups.items()} == {"a": 0, "b": 1}


def test_the_worst_come_first_and_others_do_not_come():
    assert worst_first(np.array([0.2, 0.9, 0.9, 0.5]), np.array([True, False, True, True])).tolist() == [2, 3, 0]


def measured(number, groups):
    right = np.zeros(number, bool)
    accuracy, called = Ratio("accuracy", right), []

    def example(row):
        called.append(row)
        return Example("x " * 500, "a", "b", 0.5)

    names = [f"{row % groups:03}" for row in range(number)]
    made = Measured("texts", [accuracy], {"label": by_name(accuracy.of, names)}, range(number), example, "wrong", "probability")
    return made, called


def test_no_more_is_kept_of_many_examples_than_of_some():
    made, called = measured(5000, 100)
    summary = json.loads(to_json(made.summary()))
    assert len(called) == len(summary["worst"]["examples"]) == MOST_WORST
    assert summary["worst"]["of"] == 5000
    assert len(summary["slices"][0]["groups"]) == 40
    assert summary["slices"][0]["left_out"] == 60
    assert len(to_json(summary)) < 80_000


def test_one_group_is_none():
    assert measured(10, 1)[0].summary()["slices"] == []


def test_calibration_is_told_where_there_are_probabilities():
    right, confidence = np.arange(100) < 70, np.full(100, 0.9)
    summary = Measured("texts", [], {}, [], None, "", confidence=confidence, right=right).summary()
    assert summary["calibration"]["error"] == pytest.approx(0.2)
    [score] = summary["scores"]
    assert score["name"] == "calibration error"
    assert score["low"] == pytest.approx(0.2 - 1.96 * np.sqrt(0.21 / 100), abs=0.02)
