"""What the recorded norms cost, on a model of a few units."""

import dataclasses

import keras
import numpy as np
import pytest

from benchmarks import clipping_cost
from benchmarks.clipping_cost import AGAIN, WITH, WITHOUT, UpdateWithoutNorms
from benchmarks.language_model_speed import SUBWORDS
from benchmarks.language_model_speed_page import SPEED, language_model_speed_page
from benchmarks.records import load_records
from benchmarks.speed import more_time
from toolkit.training.optimizers import build_optimizer
from toolkit.training.update import Update

SMALL = dataclasses.replace(SUBWORDS, vocabulary_size=20, embedding_dim=4, units=6, rows=2, window=5)


def test_rounds_are_compared_one_by_one():
    speeds = {WITHOUT: [100.0, 300.0, 200.0], AGAIN: [100.0, 300.0, 200.0], WITH: [80.0, 300.0, 160.0]}
    case = more_time(speeds, WITHOUT)
    assert case[WITHOUT] == case[AGAIN] == {"more time, %": 0.0, "lower quartile, %": 0.0, "upper quartile, %": 0.0}
    assert case[WITH] == {"more time, %": 25.0, "lower quartile, %": 12.5, "upper quartile, %": 25.0}


def test_the_step_without_norms_is_the_same_step():
    moved = []
    for update in (Update, UpdateWithoutNorms):
        variable = keras.Variable([1.0, 2.0])
        optimizer = build_optimizer("sgd", 0.1, global_clipnorm=1.0)
        optimizer.build([variable])
        report, norms = update(optimizer)([keras.ops.convert_to_tensor([30.0, 40.0])])
        moved.append(variable.numpy())
    np.testing.assert_allclose(moved[0], [1 - 0.06, 2 - 0.08], rtol=1e-6)
    np.testing.assert_array_equal(*moved)
    assert (list(report), norms.shape) == (["learning_rate"], (2, 0))


@pytest.mark.slow
def test_contenders_take_turns(tmp_path, monkeypatch):
    monkeypatch.setattr(clipping_cost, "SETTING", SMALL)
    record = clipping_cost.main(["--rounds", "2", "--out", str(tmp_path)])
    assert load_records(tmp_path) == [record]
    assert record.command == "python -m benchmarks.clipping_cost --rounds 2"
    ((what, case),) = record.measurements.items()
    assert what.startswith("GRU, 20 tokens → 4 → 6 → 4")
    assert list(case) == [WITHOUT, WITH, AGAIN]
    assert all(values[SPEED] > 0 for values in case.values())
    page = language_model_speed_page([record])
    assert f"| {WITH} | " in page
    assert page.count("There is no record yet.") == 2
