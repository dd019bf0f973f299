import dataclasses

import pytest

from benchmarks.records import load_records
from benchmarks.sentiment_run import main
from toolkit.cli.recipes import find_recipe
from toolkit.errors import UserError
from toolkit.run_folder import RunFolder

RECIPE = find_recipe("sentiment")


def started_run(folder, name="mine", **settings) -> RunFolder:
    run = RunFolder(folder / name)
    run.open(RECIPE.name, dataclasses.replace(RECIPE.presets["full"], **{"seed": 3, **settings}))
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


def test_runs_of_several_seeds_become_their_mean(tmp_path):
    runs = [started_run(tmp_path, f"seed-{seed}", seed=seed, training_examples=1000) for seed in range(2)]
    for run, accuracy in zip(runs, (0.7, 0.74), strict=True):
        test = {"accuracy": accuracy, "sources": {"all": {"accuracy": accuracy, "examples": 5}}}
        run.write_json(run.metrics, {"minutes": 2 * accuracy, "parameters": 10, "peak_memory_gib": 1.0, "test": test})
    record = main([str(runs[0].path), "--seeds", str(runs[1].path), "--what", "small", "--results", str(tmp_path / "results")])
    assert (record.what, record.table) == ("small, mean of 2 seeds", "reviews, 1,000 training texts")
    assert record.metrics == pytest.approx({"all": 0.72, "standard deviation": 0.04 / 2**0.5})
    assert record.minutes == pytest.approx(1.44)


def test_runs_that_differ_in_more_than_the_seed_are_refused(tmp_path):
    runs = [started_run(tmp_path, "one"), started_run(tmp_path, "two", units=7)]
    with pytest.raises(UserError, match="but for the seed"):
        main([str(runs[0].path), "--seeds", str(runs[1].path), "--results", str(tmp_path / "results")])
