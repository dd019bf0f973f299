import dataclasses

import numpy as np
import pytest

from benchmarks.drawing_run import ALONE, MNIST, PUBLISHED, frequencies, main
from benchmarks.drawing_table import drawing_table
from benchmarks.records import DrawingRecord, load_records
from tests.recipes.shapes import draw_shapes
from toolkit.cli.recipes import find_recipe, make_run
from toolkit.data.images.image_corpus import ImageCorpus, ImageSplit
from toolkit.data.splits.report import Report
from toolkit.run_folder import RunFolder
from toolkit.tasks.drawing.pictures import Pictures
from toolkit.tasks.drawing.settings import DrawingSettings

RECIPE = find_recipe("drawing")
RECORD = {"table": "some", "command": "toolkit train drawing", "seed": 0, "minutes": 5.0, "parameters": 1000}


def test_a_table_has_the_lowest_bound_first_and_the_results_of_others():
    scores = {"bound": 101.234, "reconstruction": 80.0, "KL": 21.234, "bits per pixel": 0.18629}
    one = DrawingRecord(name="a", what="one", scores=scores, references=PUBLISHED[MNIST], **RECORD)
    other = DrawingRecord(name="b", what="other", scores={**scores, "bound": 85.5}, **RECORD)
    lines = drawing_table([one, other]).splitlines()
    assert lines[0] == "| model | bound, nats | reconstruction, nats | KL, nats | bits per pixel | parameters | minutes | GiB |"
    assert [line.split(" | ")[1] for line in lines[2:]] == ["80.97", "85.50", "87.40", "101.23"]
    assert lines[-1].startswith("| one | 101.23 | 80.00 | 21.23 | 0.1863 | 1,000 | 5.0 |")


def test_pixels_alone_cost_the_entropy_of_their_frequencies():
    train, test = np.zeros((8, 1, 2, 1), np.uint8), np.array([0, 255, 255, 0], np.uint8).reshape(2, 1, 2, 1)
    train[:4, 0, 0] = 255  # of eight, and one more of each kind: 5 of 10 and 1 of 10
    parts = {"train": ImageSplit(train, [""] * 8, list("abcdefgh")), "test": ImageSplit(test, [""] * 2, list("ij"))}
    data = Pictures(ImageCorpus(parts, Report("some")), DrawingSettings())
    np.testing.assert_allclose(data.frequencies, [[0.5, 0.1]])
    assert frequencies(data) == pytest.approx(-(2 * np.log(0.5) + np.log(0.1) + np.log(0.9)) / 2)


@pytest.mark.slow
def test_a_finished_run_becomes_a_record(tmp_path):
    [*draw_shapes(tmp_path / "shapes", 60, 0)]
    tiny = {"data": str(tmp_path / "shapes"), "image_size": 8, "glimpses": 2, "units": 4, "latent_dim": 2, "batch_size": 16, "steps": 2}
    task = make_run(RECIPE, dataclasses.replace(RECIPE.presets["quick"], **tiny), RunFolder(tmp_path / "run"))
    result = task.train()
    record = main([str(tmp_path / "run"), "--results", str(tmp_path / "results")])
    assert record.table == "shapes, black and white, test split"
    assert record.scores["bound"] == result.bound
    assert [*record.references[0]] == ["what", "scores"]
    assert record.references[0]["what"] == ALONE
    assert [minutes for minutes, _ in record.progress] == sorted(minutes for minutes, _ in record.progress)
    assert load_records(tmp_path / "results") == [record]
