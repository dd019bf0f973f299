import dataclasses

import numpy as np
import pytest

from benchmarks.glimpses_run import CONDITIONS, convolutional, main
from benchmarks.records import load_records
from tests.recipes.shapes import write_shapes
from toolkit.cli.recipes import find_recipe, make_run
from toolkit.run_folder import RunFolder

RECIPE = find_recipe("glimpses")


@pytest.mark.parametrize("side", [28, 60])
def test_the_network_beside_it_has_as_many_parameters(side):
    assert convolutional(side, 1, 10, 600_000).count_params() == pytest.approx(600_000, rel=0.02)


@pytest.mark.slow
def test_a_finished_run_becomes_a_record_of_easy_and_harder_images(tmp_path):
    write_shapes(tmp_path / "shapes")
    tiny = {"data": str(tmp_path / "shapes/labels.tsv"), "image_size": 16, "glimpse_units": 8, "units": 8, "steps": 3}
    task = make_run(RECIPE, dataclasses.replace(RECIPE.presets["quick"], **tiny), RunFolder(tmp_path / "run"))
    accuracy = task.train().accuracy
    record = main([str(tmp_path / "run"), "--epochs", "1", "--results", str(tmp_path / "results")])
    assert record.metrics["as trained"] == pytest.approx(accuracy)
    assert [*record.metrics] == [*CONDITIONS] == [*record.references[0]["metrics"]]
    assert np.isfinite([*record.references[0]["metrics"].values()]).all()
    assert load_records(tmp_path / "results") == [record]
