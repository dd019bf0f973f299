import pytest

from benchmarks.captioning_run import FLICKR8K, ORDERS, main
from benchmarks.records import load_records
from toolkit.cli.recipes import find_recipe
from toolkit.run_folder import RunFolder

RECIPE = find_recipe("captioning")


def finished(folder, bleu):
    run = RunFolder(folder)
    run.open(RECIPE.name, RECIPE.presets["full"])
    run.write_json(run.data_report, {"name": "/home/me/train.tsv"})
    test = {"bleu": bleu, "cider": 43.5, "chrf": 30.0, "exact_match": 0.02}
    run.write_json(run.metrics, {"minutes": 18.0, "parameters": 1000, "peak_memory_gib": 1.25, "test": test})
    return str(folder)


def test_a_finished_run_becomes_a_record_beside_published_results(tmp_path):
    run = finished(tmp_path / "mine", [60.0, 40.0, 27.0, 18.0])
    record = main([run, "--table", FLICKR8K, "--results", str(tmp_path / "results")])
    assert (record.table, record.what) == (FLICKR8K, "recipe captioning, preset full")
    assert [record.metrics[order] for order in ORDERS] == [0.6, 0.4, 0.27, 0.18]
    assert record.metrics["CIDEr-D"] == 0.435
    assert [reference["metrics"]["BLEU-1"] for reference in record.references] == [0.63, 0.67]
    assert load_records(tmp_path / "results") == [record]


def test_runs_of_other_seeds_give_their_mean(tmp_path):
    runs = [finished(tmp_path / name, [bleu, 40.0, 27.0, 18.0]) for name, bleu in (("one", 60.0), ("other", 62.0))]
    record = main([runs[0], "--seeds", runs[1], "--results", str(tmp_path / "results")])
    assert (record.table, record.references) == ("train.tsv", [])
    assert record.what == "recipe captioning, preset full, mean of 2 seeds"
    assert record.metrics["BLEU-1"] == pytest.approx(0.61)
    assert record.metrics["standard deviation"] == 0.0
