"""The comparison of cells at equal minutes, on a few lines and a step or two."""

import dataclasses

import pytest

from benchmarks import cell_quality
from benchmarks.cell_speed_page import QUALITY, WRITTEN, cell_speed_page
from benchmarks.records import ComparisonRecord
from tests.recipes.reviews import write_reviews


@pytest.mark.slow
@pytest.mark.parametrize("what", ["characters", "words", "reviews"])
def test_a_row_has_what_the_page_shows(what, tmp_path, monkeypatch):
    monkeypatch.setitem(cell_quality.KINDS, what, dataclasses.replace(cell_quality.KINDS[what], units=64))
    write_reviews(tmp_path / "reviews.csv")
    (tmp_path / "text.txt").write_text((tmp_path / "reviews.csv").read_text("utf-8"), "utf-8")
    settings = cell_quality.KINDS[what].settings | {"minutes": None, "steps": 2, "embedding_dim": 8}
    if what in ("characters", "words"):
        settings |= {"data": str(tmp_path / "text.txt"), "epochs": 1, "batch_size": 2}
        settings |= {"vocabulary_size": 300} if what == "words" else {}
    else:
        settings |= {"data": str(tmp_path / "reviews.csv"), "vocabulary_size": 300}
    rows = {cell: cell_quality._train(what, settings | {"cell": cell, "seed": 0}) for cell in ("gru", "min_gru")}
    assert rows["gru"]["units"] == 64
    assert rows["min_gru"]["units"] > 64  # it has no matrix for the state
    assert rows["min_gru"]["parameters"] == pytest.approx(rows["gru"]["parameters"], rel=0.2)
    for row in rows.values():
        assert [*row][1:] == ["units", "parameters", "minutes", *([] if what == "reviews" else [WRITTEN])]
        assert 0 < row.get("nats per character", 1) < 6
        assert 0 < row.get("accuracy", 50) <= 100


def test_the_best_cell_stands_first():
    rows = {
        f"{cell}, seed {seed}": {"accuracy": score + seed, "units": 8, "parameters": 9, "minutes": 3}
        for cell, score, seed in (("gru", 80.0, 0), ("sru", 85.0, 0), ("sru", 85.0, 1))
    }
    record = ComparisonRecord(name="a", table=QUALITY, what="reviews", command="c", seed=0, minutes=1, settings={}, rows=rows)
    page = cell_speed_page([], [record])
    assert "| sru | 85.50 | 0.71 |" in page
    assert page.index("| sru |") < page.index("| gru |")


@pytest.mark.slow
def test_an_encoder_may_have_another_cell_than_its_decoder(monkeypatch):
    monkeypatch.setitem(cell_quality.KINDS, "translation", dataclasses.replace(cell_quality.KINDS["translation"], units=16))
    settings = cell_quality.KINDS["translation"].settings | {"minutes": None, "steps": 2, "embedding_dim": 8, "validation_pairs": 4}
    row = cell_quality._train("translation", settings | {"cell": "min_gru+lstm", "seed": 0})
    assert row["units"] >= 16
    assert 0 <= row["BLEU"] <= 100


def test_a_language_model_has_no_encoder(capsys):
    with pytest.raises(SystemExit):
        cell_quality.main(["--set", "x", "--cells", "sru+lstm"])
    assert "only a translator has an encoder's cell" in capsys.readouterr().err
