import json

import pytest

from benchmarks.records import load_records
from benchmarks.theory.__main__ import main
from benchmarks.theory.clipping import SCALES
from benchmarks.theory.experiment import load
from benchmarks.theory.measuring import measure


@pytest.mark.slow
def test_an_experiment_leaves_a_record_and_a_figure(tmp_path):
    record = measure(load("clipping"), tmp_path / "results", tmp_path / "figures", seeds=(3,), length=8, units=4, steps=2)
    assert load_records(tmp_path / "results") == [record]
    assert "NaN" not in (tmp_path / "results" / "theory-clipping.json").read_text()
    assert (tmp_path / "figures" / "clipping.png").read_bytes().startswith(b"\x89PNG")
    assert (record.seed, record.seeds, record.command) == (3, [3], "python -m benchmarks.theory clipping")
    assert [(row["run"], row["clipped at"]) for row in record.rows] == [(run, at) for run in SCALES for at in ("none", 1.0)]
    assert record.verdict == "not confirmed here"  # in two steps nothing is learned
    assert json.dumps(record.rows)


def test_an_unknown_experiment_is_refused(capsys):
    with pytest.raises(SystemExit):
        main(["gradient"])
    assert "received 'gradient'" in capsys.readouterr().err
