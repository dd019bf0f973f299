import numpy as np
import pytest

from benchmarks.calibrated_int8 import CALIBRATED, ENDS, PLAIN, ROUNDED, SAME, main, same
from benchmarks.exports_page import MILLISECONDS, SIZE, exports_page
from benchmarks.records import load_records


def test_the_same_answers_are_counted():
    assert same([np.array([1, 2]), np.array([3])], [np.array([1, 2]), np.array([4])]) == 0.5


@pytest.mark.covering
def test_a_small_model_of_glimpses(tmp_path, monkeypatch):
    import toolkit

    monkeypatch.chdir(tmp_path)
    toolkit.train("glimpses", steps=2, units=16, glimpses=2, run_dir="run")
    record = main(["run", "--out", str(tmp_path)])
    assert load_records(tmp_path) == [record]
    assert [*record.rows] == [PLAIN, ROUNDED, CALIBRATED]
    assert record.rows[PLAIN][SAME] == 100
    assert record.rows[ROUNDED][SIZE] < record.rows[PLAIN][SIZE]
    calibrated = record.rows[CALIBRATED]
    assert calibrated == {MILLISECONDS: ENDS} or 0 <= calibrated[SAME] <= 100
    assert "run, with and without a calibration of int8" in exports_page([record])
