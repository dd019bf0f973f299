"""A classifier from few labels and plain texts: trained, interrupted, taken up again, evaluated."""

import csv
import gzip
import json

import numpy as np
import pytest

import toolkit
from tests.recipes.reviews import write_reviews
from tests.training.interruptions import interrupt_at
from toolkit.errors import UserError

TINY = {
    **{"vocabulary_size": 400, "max_length": 64, "embedding_dim": 16, "units": 8, "segment_length": 32, "tokens_per_batch": 1024},
    **{"epochs": 3, "learning_rate": 0.03, "checkpoint_seconds": 0.0, "baseline": False, "minutes": None},
}


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A folder with 150 labeled reviews, a gzipped file of plain ones and a run; the tests are in it."""
    folder = tmp_path_factory.mktemp("few_labels")
    with write_reviews(folder / "all.csv").open(encoding="utf-8", newline="") as file:
        header, *rows = csv.reader(file)
    with (folder / "few.csv").open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([header, *rows[:150]])
    (folder / "plain.gz").write_bytes(gzip.compress("".join(f"{row[0]}\n" for row in rows[100:]).encode()))
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        toolkit.train("sentiment", data="few.csv", unlabelled="plain.gz", run_dir="whole", **TINY)
        yield folder


@pytest.mark.slow
def test_the_run_says_how_many_texts_there_were(folder):
    report = json.loads((folder / "whole" / "data_report.json").read_text())["splits"]
    plain = report["unlabelled"]
    assert (plain["read"], plain["kept"]) == (300, 250)  # the first 50 are labeled ones
    assert sum(plain["dropped"].values()) == 50
    assert sum(split["kept"] for split in report.values()) == 400
    metrics = json.loads((folder / "whole" / "metrics.json").read_text())
    assert metrics["test"]["accuracy"] > 0.9  # the task is easy: a model that learned nothing gets half


@pytest.mark.slow
def test_an_interrupted_training_goes_on_to_the_same_bits(folder, monkeypatch):
    options = {"data": "few.csv", "unlabelled": "plain.gz", "run_dir": "parts", **TINY}
    with monkeypatch.context() as patch:
        interrupt_at(patch, 3)
        with pytest.raises(KeyboardInterrupt):
            toolkit.train("sentiment", **options)
    with gzip.open("plain.gz", "at") as file:
        file.write("another film\n")
    with pytest.raises(UserError, match="the unlabelled texts are not those that the run parts was started with"):
        toolkit.train("sentiment", **options)
    (folder / "plain.gz").write_bytes(gzip.compress(gzip.decompress((folder / "plain.gz").read_bytes()).removesuffix(b"another film\n")))
    parts, whole = toolkit.train("sentiment", **options), toolkit.open("whole")
    for one, other in zip(whole.model.get_weights(), parts.model.get_weights(), strict=True):
        np.testing.assert_array_equal(one, other)


@pytest.mark.slow
def test_training_texts_that_are_not_drawn_are_plain_ones(folder):
    run = toolkit.train("sentiment", data="all.csv", training_examples=60, unlabelled="rest", run_dir="rest", **TINY)
    report = json.loads((folder / "rest" / "data_report.json").read_text())["splits"]
    assert report["train"]["kept"] == 60
    assert report["unlabelled"]["kept"] == report["train"]["dropped"]["not drawn"]
    assert run.metrics["test"]["accuracy"] > 0.9
