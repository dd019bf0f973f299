import dataclasses

import pytest

from benchmarks.records import load_records
from benchmarks.sentiment_run import main
from toolkit.cli.recipes import find_recipe
from toolkit.errors import UserError
from toolkit.run_folder import RunFolder

RECIPE = find_recipe("sentiment")


def started_run(folder) -> RunFolder:
    run = RunFolder(folder / "mine")
    run.open(RECIPE.name, dataclasses.replace(RECIPE.presets["full"], seed=3))
    run.write_json(run.data_report, {"name": "reviews"})
    return run


def test_a_finished_run_becomes_a_record(tmp_path):
    run = started_run(tmp_path)
    test = {"accuracy": 0.9, "sources": {"imdb": {"accuracy": 0.92, "examples": 8}, "other": {"accuracy": 0.82, "examples": 2}}}
    run.write_json(run.metrics, {"minutes": 2.5, "parameters": 1000, "peak_memory_gib": 1.25, "test": test})
    record = main([str(run.path), "--results", str(tmp_path / "results")])
    assert (record.name, record.table, record.what) == ("mine", "reviews", "recipe sentiment, preset full")
    assert (record.seed, record.minutes, record.parameters, record.peak_memory_gib) == (3, 2.5, 1000, 1.25)
    assert record.metrics == {"imdb": 0.92, "other": 0.82, "all": 0.9}
    assert record.command == "toolkit train sentiment --preset full --seed 3"
    assert load_records(tmp_path / "results") == [record]


def test_a_run_that_is_not_finished_is_refused(tmp_path):
    with pytest.raises(UserError, match="this training is not finished"):
        main([str(started_run(tmp_path).path), "--results", str(tmp_path / "results")])
