import gzip

import pytest
from sentences import lines

from benchmarks.own_data import main, sets_in
from benchmarks.own_data_page import own_data_page
from benchmarks.records import ComparisonRecord, load_records


def write(path, number, seed):
    rows = (line.partition(" ") for line in lines(number, seed))
    with gzip.open(path, "wt", encoding="utf-8") as file:
        file.write("text,label\n" + "".join(f'"{text}",{label}\n' for label, _, text in rows))


@pytest.fixture
def folder(tmp_path):
    write(tmp_path / "whole.csv.gz", 400, 0)
    for seed, split in enumerate(("train", "test")):
        write(tmp_path / f"parts.{split}.csv.gz", 300, seed)
    return tmp_path


def test_splits_of_a_set_are_found(folder):
    assert sets_in(folder) == {
        "whole": str(folder / "whole.csv.gz"),
        "parts": f"train={folder / 'parts.train.csv.gz'},test={folder / 'parts.test.csv.gz'}",
    }


@pytest.mark.slow
def test_a_set_is_measured_with_each_seed(folder, tmp_path):
    main([str(folder), "--sets", "whole", "--seeds", "0", "1", "--results", str(tmp_path / "results")])
    [record] = load_records(tmp_path / "results")
    assert set(record.rows) == {"seed 0", "seed 1"}
    for row in record.rows.values():
        assert row["accuracy"] == row["tf-idf + logistic regression"] == 1  # a word decides
        assert row["most frequent label"] < 0.6
    page = own_data_page([record])
    assert "| whole |" in page
    assert "+0.00 points above the baseline on average" in page


def test_the_page_has_means_and_spread():
    row = dict.fromkeys(("most frequent label", "recurrent layers alone", "n-grams alone", "calibration error"), 0.25)
    rows = {
        f"seed {seed}": {
            **row,
            "training texts": 1000,
            "labels": 4,
            "minutes": 1.0,
            "tf-idf + logistic regression": 0.5,
            "accuracy": accuracy,
        }
        for seed, accuracy in enumerate((0.5, 0.6))
    }
    values = {"name": "x", "table": "own data", "what": "topics", "command": "c", "seed": 0, "minutes": 1.0, "hardware": HARDWARE}
    record = ComparisonRecord(**values, settings={"note": "published: 60.0 somebody"}, rows=rows)
    page = own_data_page([record])
    assert "| topics | 1,000 | 4 | 25.00 | 50.00 | 25.00 | 25.00 | 55.00 | 7.07 | 2 | 25.00 | 1.0 |" in page
    assert "+5.00 points above the baseline on average" in page
    assert "* topics: published: 60.0 somebody" in page


HARDWARE = {"processor": "some", "logical_cores": 2, "memory_gib": 24.0}


def test_without_records_the_page_says_so():
    assert "There is no record yet." in own_data_page([])
