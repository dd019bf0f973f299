"""The comparison of cells at equal minutes, on a text of a few lines and a step or two."""

import pytest

from benchmarks import cell_quality
from tests.recipes.reviews import write_reviews


@pytest.mark.slow
def test_a_row_has_what_the_page_shows(tmp_path, monkeypatch):
    monkeypatch.setattr(cell_quality, "UNITS", 64)
    text = tmp_path / "text.txt"
    write_reviews(tmp_path / "reviews.csv")
    text.write_text((tmp_path / "reviews.csv").read_text("utf-8"), "utf-8")
    settings = cell_quality.SHARED | {"data": str(text), "epochs": 1, "minutes": None, "steps": 2, "embedding_dim": 8, "batch_size": 2}
    rows = {cell: cell_quality._train(settings | {"cell": cell, "seed": 0}) for cell in ("gru", "min_gru")}
    assert rows["gru"]["units"] == 64
    assert rows["min_gru"]["units"] > 64  # it has no matrix for the state
    assert rows["min_gru"]["parameters"] == pytest.approx(rows["gru"]["parameters"], rel=0.2)
    for row in rows.values():
        assert set(row) == {"nats per character", "epochs", "units", "parameters", "minutes"}
        assert 0 < row["nats per character"] < 6
